using System.Collections.Frozen;
using System.Diagnostics;
using IpfsKit.Ipld;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>A session: what one DAG's readers wait for, and the peers that it is fetched from.</summary>
/// <remarks>
/// A want is in <see cref="Queue"/> until a peer with room is found (<see cref="SessionScheduler"/>), in no list while a peer is asked, and in <see cref="Stranded"/> when every peer was asked in vain, which
/// <see cref="SessionDiscovery"/> mends. Members that say so are called with the client's gate held; the others hold it themselves.
/// </remarks>
internal sealed class BitswapSession : IBitswapSession
{
    private const int FirstPriority = 1 << 30;
    private const int UnknownBlockBytes = 256 << 10;
    private const double RebalanceInterval = 0.05;

    private readonly BitswapClient _client;
    private readonly ClientParts _parts;
    private readonly SessionScheduler _scheduler;
    private readonly SessionRebalancer _rebalancer;
    private readonly SessionDiscovery _discovery;
    private readonly Dictionary<Multihash, SessionWant> _wants = [];
    private readonly HashSet<PeerId> _banned = [];
    private readonly Dictionary<PeerId, long> _bytesByPeer = [];
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _progress = new();
    private readonly Activity? _activity;
    private Exception? _failure;
    private double _lastProgress;
    private double _averageBytes;
    private long _blocks;
    private long _bytes;
    private long _duplicateBlocks;
    private long _duplicateBytes;
    private int _sequence;
    private bool _isPumping;
    private bool _pumpAgain;

    public BitswapSession(BitswapClient client, ClientParts parts, Cid root, BitswapSessionOptions settings)
    {
        (_client, _parts, Root, Settings) = (client, parts, root, settings);
        Alone = [this];
        Ended = _ended.Token;
        _scheduler = new SessionScheduler(this, parts.Asks, parts.Clock);
        _rebalancer = new SessionRebalancer(this, parts.Asks, parts.Clock);
        _discovery = new SessionDiscovery(this, client, parts);
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

    /// <summary>Wants that wait for a peer with room. Gate.</summary>
    public WantList Queue { get; } = new();

    /// <summary>Wants for which there is nobody to be asked. Gate.</summary>
    public WantList Stranded { get; } = new();

    /// <summary>The connected peers that take part. Gate.</summary>
    public List<SessionPeer> Peers { get; } = [];

    /// <summary>How many blocks are waited for. Gate.</summary>
    public int Wants => _wants.Count;

    /// <summary>How large the next block is expected to be. Gate.</summary>
    public int ExpectedBytes => _averageBytes == 0 ? UnknownBlockBytes : Math.Max(1, (int)_averageBytes);

    /// <summary>When something is due; positive infinity if nothing is. Gate.</summary>
    public double NextDue { get; private set; } = double.PositiveInfinity;

    /// <inheritdoc/>
    public SessionStatistics Statistics
    {
        get
        {
            using (_parts.Gate.Enter())
                return new SessionStatistics(_blocks, _bytes, _duplicateBlocks, _duplicateBytes, _bytesByPeer.ToFrozenDictionary());
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
            while (Peers.Count > 0)
                Leave(Peers[^1]);
            _client.Remove(this);
        }

        await _ended.CancelAsync().ConfigureAwait(false);
        _ended.Dispose();
        _activity?.SetTag("bitswap.blocks", _blocks).SetTag("bitswap.bytes", _bytes).Dispose();
    }

    /// <summary>Ends all gets, now and later, with an error.</summary>
    public void Fail(Exception failure)
    {
        using (_parts.Gate.Enter())
            FailHeld(failure);
    }

    /// <summary>The want of a block, if there is one. Gate.</summary>
    public SessionWant? Find(in Multihash key) => _wants.GetValueOrDefault(key);

    /// <summary>Whether a peer may not take part any more. Gate.</summary>
    public bool IsBanned(PeerId peer) => _banned.Contains(peer);

    /// <summary>A peer takes part from now on, if there is room for it. Gate.</summary>
    public SessionPeer? Join(ClientPeer peer)
    {
        foreach (var member in Peers)
        {
            if (ReferenceEquals(member.Peer, peer))
                return member;
        }

        if (IsEnded || peer.HasLeft || peer.IsDistrusted || Peers.Count >= Options.MaxPeersPerSession || IsBanned(peer.Id))
            return null;
        var joined = new SessionPeer(this, peer);
        Peers.Add(joined);
        peer.Sessions.Add(joined);
        Unstrand();
        Pump();
        AskNewcomer(joined);
        return joined;
    }

    /// <summary>A peer takes part no longer; what was asked of it is asked of others. Gate.</summary>
    public void Leave(SessionPeer member)
    {
        if (!Peers.Remove(member))
            return;
        member.Peer.Sessions.Remove(member);
        for (var ask = member.Peer.Awaiting.First; ask is not null;)
        {
            var next = ask.Next;
            if (ReferenceEquals(ask.Owner, member))
            {
                _parts.Asks.GiveUp(ask);
                BitswapClient.Reopen(ask.Want);
            }

            ask = next;
        }
    }

    /// <summary>A peer takes part no longer, and never again. Gate.</summary>
    public void Ban(SessionPeer member)
    {
        if (_banned.Count < 4 * Options.MaxPeersPerSession)
            _banned.Add(member.Peer.Id);
        Leave(member);
    }

    /// <summary>A peer has come. Gate.</summary>
    public void OnJoined(ClientPeer peer)
    {
        if (_discovery.Knows(peer.Id))
            Join(peer);
        else
            _discovery.OnJoined(peer);
    }

    /// <summary>A peer has left, and its asks have ended. Gate.</summary>
    public void OnLeft(SessionPeer member)
    {
        Leave(member);
        _discovery.OnLeft(member.Peer.Id);
        Pump();
    }

    /// <summary>Puts a want back in the queue, before all others, if no peer is asked. Gate.</summary>
    public void Requeue(SessionWant want)
    {
        if (want.List is null && want.Want.ActiveBlocks == 0 && _wants.ContainsKey(want.Want.Key))
            Queue.AddFirst(want);
    }

    /// <summary>What no peer could be asked for may be asked again. Gate.</summary>
    public void Unstrand()
    {
        while (Stranded.First is { } want)
            Queue.AddLast(want);
    }

    /// <summary>Gives out what can be given out, and looks for peers for the rest. Gate.</summary>
    public void Pump()
    {
        _pumpAgain = true;
        if (_isPumping)
            return;
        _isPumping = true;
        // Peers that join meanwhile cost another turn, and there are so many at most.
        for (var turns = 0; _pumpAgain && turns <= Options.MaxPeersPerSession; turns++)
        {
            _pumpAgain = false;
            _scheduler.Dispatch();
            _discovery.Check();
        }

        _isPumping = false;
        Schedule();
    }

    /// <summary>Does what is due. Gate.</summary>
    public void OnDue()
    {
        var now = _parts.Clock.Now;
        if (_wants.Count > 0 && Settings.IdleTimeout != Timeout.InfiniteTimeSpan)
        {
            if (_parts.Budget.IsExhausted)
                _lastProgress = now;
            if (now >= _lastProgress + Settings.IdleTimeout.TotalSeconds - 1e-6)
                EndWants(null);
        }

        Pump();
        _rebalancer.Run();
        Schedule();
    }

    /// <summary>A wanted block came. Gate.</summary>
    /// <param name="want">This session's want, which ends.</param>
    /// <param name="block">The block; those who wait get references of their own.</param>
    /// <param name="peer">From whom.</param>
    public void OnBlock(SessionWant want, Block block, ClientPeer peer)
    {
        Remove(want);
        if (Settings.MaxBytes is { } most && _bytes + block.Size > most)
        {
            var failure = new FetchLimitException(nameof(BitswapSessionOptions.MaxBytes), most);
            Deliver(want, null, failure);
            FailHeld(failure);
            return;
        }

        _blocks++;
        _bytes += block.Size;
        CountBytes(peer.Id, block.Size);
        _averageBytes = _averageBytes == 0 ? block.Size : _averageBytes + ((block.Size - _averageBytes) / 8);
        _lastProgress = _parts.Clock.Now;
        Deliver(want, block, null);
        _rebalancer.OnBlock();
        _discovery.OnProgress();
        Join(peer)?.OnHit(delivered: true);
        if (Settings.Progress is { } progress)
        {
            var fetched = new FetchedBlock(want.Want.Cid, block.Size, peer.Id);
            _parts.Gate.Outbox.Add(() => Report(progress, fetched));
        }
    }

    /// <summary>A block came once more. Gate.</summary>
    public void OnDuplicate(PeerId peer, int bytes)
    {
        _duplicateBlocks++;
        _duplicateBytes += bytes;
        CountBytes(peer, bytes);
    }

    /// <summary>A peer said that it has a block. Gate.</summary>
    public void OnHave(SessionWant want, ClientPeer peer)
    {
        Join(peer)?.OnHit(delivered: false);
        if (ReferenceEquals(want.List, Stranded))
            Queue.AddLast(want);
        Pump();
    }

    private void Schedule()
    {
        var now = _parts.Clock.Now;
        var due = _discovery.NextDue;
        if (_wants.Count > 0 && Settings.IdleTimeout != Timeout.InfiniteTimeSpan)
            due = Math.Min(due, _lastProgress + Settings.IdleTimeout.TotalSeconds);
        if (_wants.Count > 0 && Queue.Count == 0 && Peers.Count > 1)
            due = Math.Min(due, now + RebalanceInterval);
        // What was to come sooner comes as it was to: a session that is busy must not put its own due off each time.
        NextDue = NextDue > now && NextDue < due && _wants.Count > 0 ? NextDue : due;
        _parts.Timer.Schedule(NextDue, now);
    }

    private (BlockWaiter? Waiter, Block? Here) Wait(in Cid cid, CancellationToken cancellationToken)
    {
        using (_parts.Gate.Enter())
        {
            ThrowIfEnded();
            // It may have come since the store was asked.
            if (_client.GetUnstored(cid) is { } here)
                return (null, here);
            if (!_wants.TryGetValue(cid.Hash, out var want))
            {
                if (_wants.Count >= Options.MaxWantsPerSession)
                    throw new FetchLimitException(nameof(BitswapClientOptions.MaxWantsPerSession), Options.MaxWantsPerSession);
                if (_wants.Count == 0)
                    _lastProgress = _parts.Clock.Now;
                want = new SessionWant(this, _client.WantOf(cid), Math.Max(1, FirstPriority - _sequence++)) { Since = _parts.Clock.Now };
                want.Want.Add(want);
                _wants.Add(cid.Hash, want);
                Queue.AddLast(want);
                if (_wants.Count == 1 && _sequence == 1)
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

    /// <summary>As long as nobody has shown to have the DAG, whoever joins is asked whether it has the first block.</summary>
    private void AskNewcomer(SessionPeer joined)
    {
        if (_isPumping || joined.IsProbed || _blocks > 0)
            return;
        foreach (var want in _wants.Values)
        {
            joined.IsProbed = _parts.Asks.AskForPresence(joined.Peer, want);
            return;
        }
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

    /// <summary>Ends a want of this session; peers are told, unless others wait for the block.</summary>
    private void Remove(SessionWant want)
    {
        if (!_wants.Remove(want.Want.Key))
            return;
        want.List?.Remove(want);
        _client.Release(want);
        if (_wants.Count == 0)
            _discovery.OnIdle();
    }

    /// <summary>Ends all wants with an error; null for that of the time that has passed.</summary>
    private void EndWants(Exception? failure)
    {
        foreach (var want in _wants.Values.ToArray())
        {
            var peers = want.Want.PeersAsked;
            Remove(want);
            Deliver(want, null, failure ?? new FetchTimeoutException(want.Want.Cid, Settings.IdleTimeout, peers));
        }
    }

    private void FailHeld(Exception failure)
    {
        if (_failure is not null || IsEnded)
            return;
        Volatile.Write(ref _failure, failure);
        EndWants(failure);
    }

    private static void Deliver(SessionWant want, Block? block, Exception? failure)
    {
        for (var waiter = want.FirstWaiter; waiter is not null; waiter = waiter.NextOfWant)
        {
            if (failure is not null)
            {
                waiter.TrySetException(failure);
                continue;
            }

            var reference = RenamedBlock.Of(block!, waiter.Cid);
            if (!waiter.TrySetResult(reference))
                reference.Dispose();
        }
    }

    private void Report(IProgress<FetchedBlock> progress, FetchedBlock fetched)
    {
        lock (_progress)
        {
            try
            {
                progress.Report(fetched);
            }
#pragma warning disable CA1031 // Others' code; the fetch goes on.
            catch (Exception e)
            {
                GuardedObserver.LogFailed(_parts.Logger, e);
            }
#pragma warning restore CA1031
        }
    }

    private void CountBytes(PeerId peer, int bytes)
    {
        // Peers come and go, and a session may last: beyond the bound they are not told apart any more.
        if (_bytesByPeer.Count < 4 * Options.MaxPeersPerSession || _bytesByPeer.ContainsKey(peer))
            _bytesByPeer[peer] = _bytesByPeer.GetValueOrDefault(peer) + bytes;
    }

    private void ThrowIfEnded()
    {
        ObjectDisposedException.ThrowIf(IsEnded, this);
        if (Volatile.Read(ref _failure) is { } failure)
            throw failure;
    }
}
