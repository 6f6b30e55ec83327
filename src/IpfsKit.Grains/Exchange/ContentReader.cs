using System.Diagnostics;
using IpfsKit.Bitswap;
using IpfsKit.Ipld;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Grains.Exchange;

/// <summary>How one request gets its blocks: those that are here from here, the others by one bitswap session from silos and peers. Disposing ends what is still asked for.</summary>
/// <remarks>
/// Nobody is asked before the first block is missing. From then on a lease keeps what comes from the collector; when the request ends, it is kept for a while more (<see cref="PartialContent"/>).
/// All members may be called concurrently, but for disposing.
/// </remarks>
internal sealed class ContentReader(ContentExchange exchange, ReadRequest request, IBlockSource local) : IBlockSource, IAsyncDisposable, IProgress<FetchedBlock>
{
    private static readonly SessionStatistics Nothing = new(0, 0, 0, 0, new Dictionary<PeerId, long>());

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ended = new();
    private Task<RemoteContent?>? _remote;
    private readonly TaskCompletionSource _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _blocks;
    private long _awaited = long.MaxValue;
    private long _missed;
    private long _lastBlock;
    private bool _hasFailed;

    /// <summary>Whether something was missing and somebody was asked for it.</summary>
    public bool IsRemote => Volatile.Read(ref _remote) is { IsCompletedSuccessfully: true, Result: not null };

    /// <summary>What has come from others so far: all blocks that this has given out, and those that are on their way to be.</summary>
    public SessionStatistics Statistics => Volatile.Read(ref _remote) is { IsCompletedSuccessfully: true, Result: { } remote } ? remote.Session.Statistics : Nothing;

    /// <inheritdoc/>
    /// <exception cref="ContentTimeoutException">Peers were asked, and nothing came in time.</exception>
    /// <exception cref="FetchTooLargeException">The request's limit is reached.</exception>
    public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        var (here, damage) = await GetHereAsync(cid, cancellationToken);
        if (here is not null)
            return here;
        var block = await GetThereAsync(cid, cancellationToken);
        return block is null && damage is not null ? throw damage : block;
    }

    /// <summary>A copy that is damaged, or that the disk refuses to read, is one that is not here: what others send takes its place.</summary>
    private async ValueTask<(Block? Block, Exception? Damage)> GetHereAsync(Cid cid, CancellationToken cancellationToken)
    {
        try
        {
            return (await local.GetAsync(cid, cancellationToken), null);
        }
        catch (Exception e) when (e is BlockIntegrityException or StorageReadException)
        {
            return (null, e);
        }
    }

    private async ValueTask<Block?> GetThereAsync(Cid cid, CancellationToken cancellationToken)
    {
        if (await BeginAsync().WaitAsync(cancellationToken) is not { } remote)
            return null;
        try
        {
            var block = await remote.Session.GetAsync(cid, cancellationToken);
            _hasFailed |= block is null;
            return block;
        }
        catch (FetchTimeoutException e)
        {
            _hasFailed = true;
            // Where only silos could be asked, none of them has it; that is not worth another try.
            return remote.Plan.AsksOutside ? throw new ContentTimeoutException(e.Cid, remote.IdleTimeout, e.Peers) : null;
        }
        catch (FetchLimitException e) when (e.Limit == nameof(BitswapSessionOptions.MaxBytes))
        {
            _hasFailed = true;
            throw new FetchTooLargeException(request.Root, e.Value);
        }
        catch (FetchLimitException e)
        {
            _hasFailed = true;
            throw new NodeBusyException(e.Message, exchange.RetryAfter);
        }
        catch (OperationCanceledException)
        {
            throw;
        }
        catch
        {
            _hasFailed = true;
            throw;
        }
    }

    /// <summary>Completes when all that came is in the store for good.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _remote) is { } begun && await begun is { } remote)
            await remote.Session.FlushAsync(cancellationToken);
    }

    /// <summary>A block came. Called by the session.</summary>
    public void Report(FetchedBlock value)
    {
        Volatile.Write(ref _lastBlock, Stopwatch.GetTimestamp());
        exchange.Counters.AddBlock(value.Peer, value.Bytes);
        if (Interlocked.Increment(ref _blocks) >= Interlocked.Read(ref _awaited))
            _told.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        Task<RemoteContent?>? begun;
        lock (_lock)
            begun = _remote ??= Task.FromResult<RemoteContent?>(null);
        await ((Task)begun).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (begun is { IsCompletedSuccessfully: true, Result: { } remote })
        {
            await remote.Session.DisposeAsync();
            var statistics = remote.Session.Statistics;
            await ToldAsync(statistics.Blocks);
            var last = Volatile.Read(ref _lastBlock);
            exchange.Counters.End(!_hasFailed && last != 0, last == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_missed, last));
            exchange.End(request, remote, statistics.BytesByPeer);
        }
        else if (_missed != 0)
        {
            exchange.Counters.End(wasHandled: false, TimeSpan.Zero);
        }

        _ended.Dispose();
    }

    /// <summary>Waits for reports that are on their way: a block is given out a moment before it is told of, and who has all blocks may ask at once what was counted.</summary>
    private Task ToldAsync(long blocks)
    {
        Interlocked.Exchange(ref _awaited, blocks);
        if (Interlocked.Read(ref _blocks) >= blocks)
            _told.TrySetResult();
        return _told.Task;
    }

    private Task<RemoteContent?> BeginAsync()
    {
        if (Volatile.Read(ref _remote) is { } begun)
            return begun;
        lock (_lock)
        {
            if (_remote is null)
            {
                _missed = Stopwatch.GetTimestamp();
                exchange.Counters.AddMiss();
                _remote = exchange.BeginAsync(request, this, _ended.Token);
            }

            return _remote;
        }
    }
}

/// <summary>What a reader is for.</summary>
/// <param name="Root">The content.</param>
/// <param name="IsRoot">Whether it may be a registered root.</param>
internal sealed record ReadRequest(Cid Root, bool IsRoot)
{
    /// <summary>Peers that somebody named.</summary>
    public IReadOnlyList<PeerInfo> Named { get; init; } = [];

    /// <summary>How long nothing may come; null for the option.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>The most bytes; null for none.</summary>
    public long? MaxBytes { get; init; }
}

/// <summary>The part of a request that others answer.</summary>
/// <param name="Session">Asks them.</param>
/// <param name="Plan">Whom.</param>
/// <param name="IdleTimeout">How long nothing may come.</param>
/// <param name="Lease">Keeps what comes.</param>
internal sealed record RemoteContent(IBitswapSession Session, FetchPlan Plan, TimeSpan IdleTimeout, KeptLease Lease);
