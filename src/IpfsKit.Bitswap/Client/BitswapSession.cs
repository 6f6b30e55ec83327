using System.Diagnostics;
using IpfsKit.Ipld;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>A session: what one DAG's readers wait for, and the peers that it is fetched from. Here is what readers call; what happens to it is in the other part.</summary>
/// <remarks>
/// It holds its parts together: <see cref="SessionWants"/> and <see cref="SessionMembers"/> say who waits for what and who takes part, <see cref="SessionScheduler"/> gives out what can be given out, <see cref="SessionDiscovery"/>
/// looks for peers for the rest, and <see cref="SessionRebalancer"/> sees to the end. Members that say so are called with the client's gate held; the others hold it themselves.
/// </remarks>
internal sealed partial class BitswapSession : IBitswapSession
{
    private readonly BitswapClient _client;
    private readonly ClientParts _parts;
    private readonly SessionScheduler _scheduler;
    private readonly SessionRebalancer _rebalancer;
    private readonly SessionDiscovery _discovery;
    private readonly SessionTally _tally;
    private readonly ProgressReporter? _progress;
    private readonly CancellationTokenSource _ended = new();
    private readonly Activity? _activity;
    private Exception? _failure;

    public BitswapSession(BitswapClient client, ClientParts parts, Cid root, BitswapSessionOptions settings)
    {
        (_client, _parts, Root, Settings) = (client, parts, root, settings);
        Alone = [this];
        Ended = _ended.Token;
        Wants = new SessionWants(this, client);
        Members = new SessionMembers(this, parts.Asks);
        _scheduler = new SessionScheduler(this, parts.Asks, parts.Clock);
        _rebalancer = new SessionRebalancer(this, parts.Asks, parts.Clock);
        _discovery = new SessionDiscovery(this, client, parts);
        _tally = new SessionTally(Members.MostKnown);
        _progress = settings.Progress is { } progress ? new ProgressReporter(progress, parts.Logger) : null;
        var current = Activity.Current;
        _activity = ClientInstruments.Activities.StartActivity("bitswap.session");
        // It lasts as long as the session: what the caller does beside is no part of it.
        Activity.Current = current;
    }

    /// <inheritdoc/>
    public Cid Root { get; }

    /// <summary>How it fetches.</summary>
    public BitswapSessionOptions Settings { get; }

    /// <summary>The bounds of the client.</summary>
    public BitswapClientOptions Options => _parts.Options;

    /// <summary>This session, as a list.</summary>
    public IReadOnlyList<BitswapSession> Alone { get; }

    /// <summary>Cancelled when it is disposed.</summary>
    public CancellationToken Ended { get; }

    /// <summary>Whether it was disposed. Gate.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>What it waits for. Gate.</summary>
    public SessionWants Wants { get; }

    /// <summary>The connected peers that take part. Gate.</summary>
    public SessionMembers Members { get; }

    /// <summary>How large the next block is expected to be. Gate.</summary>
    public int ExpectedBytes => _tally.ExpectedBytes;

    /// <inheritdoc/>
    public SessionStatistics Statistics
    {
        get
        {
            using (_parts.Gate.Enter())
                return _tally.ToStatistics();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        if (cid.Hash.IsIdentity)
            return Block.CreateIdentity(cid);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfEnded();
        MultihashAlgorithm.ThrowIfNotVerifiable(cid.Hash);
        if (_client.GetUnstored(cid) is { } unstored)
            return unstored;
        if (await _parts.Store.GetAsync(cid, cancellationToken).ConfigureAwait(false) is { } stored)
            return stored;
        var (waiter, here) = Wait(cid, cancellationToken);
        if (waiter is null)
            return here;
        await using var registration = cancellationToken.UnsafeRegister(static state => ((BlockWaiter)state!).Want.Session.Cancel((BlockWaiter)state), waiter).ConfigureAwait(false);
        return await waiter.Task.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void AddPeer(PeerInfo peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        using (_parts.Gate.Enter())
        {
            ObjectDisposedException.ThrowIf(IsEnded, this);
            _discovery.Add(peer);
            Pump();
        }
    }

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        await _client.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (Volatile.Read(ref _failure) is { } failure)
            throw failure;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using (_parts.Gate.Enter())
        {
            if (IsEnded)
                return;
            IsEnded = true;
            EndWants(new ObjectDisposedException(nameof(BitswapSession), $"The session of {Root} was disposed."));
            while (Members.All.Count > 0)
                Members.Remove(Members.All[^1]);
            _client.Remove(this);
        }

        await _ended.CancelAsync().ConfigureAwait(false);
        _ended.Dispose();
        _activity?.SetTag("bitswap.blocks", _tally.Blocks).SetTag("bitswap.bytes", _tally.Bytes).Dispose();
    }

    private (BlockWaiter? Waiter, Block? Here) Wait(in Cid cid, CancellationToken cancellationToken)
    {
        using (_parts.Gate.Enter())
        {
            ThrowIfEnded();
            // It may have come since the store was asked.
            if (_client.GetUnstored(cid) is { } here)
                return (null, here);
            if (Wants.Find(cid.Hash) is not { } want)
            {
                if (Wants.Count >= Options.MaxWantsPerSession)
                    throw new FetchLimitException(nameof(BitswapClientOptions.MaxWantsPerSession), Options.MaxWantsPerSession);
                var now = _parts.Clock.Now;
                if (Wants.Count == 0)
                    _lastProgress = now;
                want = Wants.Add(cid, now);
                if (Wants.HasJustBegun)
                    Begin();
            }

            var waiter = new BlockWaiter(want, cid, cancellationToken);
            want.Add(waiter);
            Pump();
            return (waiter, null);
        }
    }

    private void Begin()
    {
        // All of them join before the first want is given out, so that the best gets it and the others are asked whether they have it.
        _isPumping = true;
        foreach (var peer in Settings.Peers)
            _discovery.Add(peer);
        _isPumping = false;
    }

    private void Cancel(BlockWaiter waiter)
    {
        using (_parts.Gate.Enter())
        {
            if (!waiter.TrySetCanceled(waiter.CancellationToken))
                return;
            waiter.Want.Remove(waiter);
            if (waiter.Want.FirstWaiter is null)
                Remove(waiter.Want);
            Pump();
        }
    }

    private void ThrowIfEnded()
    {
        ObjectDisposedException.ThrowIf(IsEnded, this);
        if (Volatile.Read(ref _failure) is { } failure)
            throw failure;
    }
}
