using IpfsKit.Bitswap;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Transport;

/// <summary>The fetches of this silo: DAGs that are brought here from silos and peers, and become roots.</summary>
/// <remarks>Nobody waits in here but the fetch itself: it is started, looked at, cancelled.</remarks>
internal sealed partial class FetchOperations(
    IpfsNode node, ContentRegistrar registrar, ContentExchange exchange, CopyKeeper copies, PeerDirectory peers, IGrainFactory grains, IOptions<IpfsKitOptions> options, ILogger<FetchOperations> logger)
{
    private readonly ConcurrencyGate _gate = new(options.Value.Exchange.MaxConcurrentFetches);
    private readonly Lock _lock = new();
    private readonly HashSet<FetchOperation> _running = [];
    private TaskCompletionSource? _idle;

    /// <summary>How many are under way.</summary>
    public int Count => _gate.Count;

    /// <summary>Begins one. The caller disposes it when it has ended.</summary>
    /// <exception cref="ArgumentException">The request is not valid.</exception>
    /// <exception cref="NodeBusyException">There are too many.</exception>
    public FetchOperation Start(FetchRequest request)
    {
        Check(request);
        var lease = _gate.TryEnter() ?? throw new NodeBusyException("Too many fetches at once.", options.Value.DataPlane.RetryAfter);
        var operation = new FetchOperation(request);
        lock (_lock)
        {
            if (_idle is not null)
            {
                lease.Dispose();
                throw new NodeBusyException($"Silo {node.PeerId} is stopping.", options.Value.DataPlane.RetryAfter);
            }

            _running.Add(operation);
        }

        _ = RunAsync(operation, lease);
        return operation;
    }

    /// <summary>Takes no more, cancels those under way and waits for them.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task idle;
        lock (_lock)
        {
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_running.Count == 0)
                _idle.TrySetResult();
            foreach (var operation in _running)
                operation.Cancel();
            idle = _idle.Task;
        }

        await idle.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(FetchOperation operation, ConcurrencyGate.Lease lease)
    {
        // Away from whoever began it, be it a grain.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            operation.Complete(await FetchAsync(operation));
        }
        catch (Exception e)
        {
            LogFailed(logger, operation.Request.Root, e);
            operation.Fail(ToTyped(operation.Request.Root, e));
        }
        finally
        {
            lease.Dispose();
            lock (_lock)
            {
                _running.Remove(operation);
                if (_running.Count == 0)
                    _idle?.TrySetResult();
            }
        }
    }

    private async Task<FetchedRoot> FetchAsync(FetchOperation operation)
    {
        var (request, token) = (operation.Request, operation.Cancelled);
        var (named, unreachable) = await ConnectAsync(request.Peers, token);
        await using var ingest = registrar.Begin();
        await using var reader = exchange.OpenReader(
            new ReadRequest(request.Root, IsRoot: true) { Named = named, IdleTimeout = request.IdleTimeout, MaxBytes = request.MaxBytes }, ingest);
        operation.Watch(reader);
        try
        {
            var stored = request.WholeDag ? await FetchDagAsync(reader, ingest, request.Root, token) : await FetchBlockAsync(reader, request.Root, token);
            // From here on it counts, whether anybody waits or not.
            await ingest.RegisterAsync(stored with { Pin = request.Pin }, CancellationToken.None);
            if (copies.ToHints(reader.Statistics.BytesByPeer.OrderByDescending(sent => sent.Value).Select(sent => sent.Key)) is { Count: > 0 } hints)
                await grains.GetContentHolder(request.Root).AddProvidersAsync(hints, CancellationToken.None);
            return new FetchedRoot { Node = node.PeerId, SizeBytes = stored.SizeBytes, DagBytes = stored.DagBytes, Blocks = stored.Blocks };
        }
        catch (BlockNotFoundException) when (unreachable is not null && named.Count == 0)
        {
            throw unreachable;
        }
        finally
        {
            operation.StopWatching();
        }
    }

    private async Task<StoredRoot> FetchDagAsync(ContentReader reader, ContentIngest ingest, Cid root, CancellationToken cancellationToken)
    {
        var fetcher = new DagFetcher(reader, options.Value.Exchange.MaxFetchAheadBytes, TraversalLimits.Default);
        await fetcher.FetchAsync(root, cancellationToken);
        await reader.FlushAsync(cancellationToken);
        var plane = options.Value.DataPlane;
        var size = await UnixFsContentSize.MeasureAsync(ingest, root, plane.MaxTreeEntries, plane.MaxTreeDepth, cancellationToken);
        return new StoredRoot { Root = root, SizeBytes = size, DagBytes = fetcher.Bytes, Blocks = fetcher.Blocks };
    }

    private static async Task<StoredRoot> FetchBlockAsync(ContentReader reader, Cid root, CancellationToken cancellationToken)
    {
        using var block = await reader.GetRequiredAsync(root, cancellationToken);
        await reader.FlushAsync(cancellationToken);
        return new StoredRoot { Root = root, SizeBytes = block.Size, DagBytes = block.Size, Blocks = 1, WholeDag = false };
    }

    /// <summary>Connects with the peers that were named; those that cannot be reached are left out.</summary>
    private async Task<(IReadOnlyList<PeerInfo> Named, PeerUnavailableException? Unreachable)> ConnectAsync(IReadOnlyList<Multiaddr> addresses, CancellationToken cancellationToken)
    {
        var named = new List<PeerInfo>();
        PeerUnavailableException? unreachable = null;
        foreach (var connecting in addresses.Select(address => peers.ConnectAsync(address, cancellationToken)).ToArray())
        {
            try
            {
                var peer = await connecting;
                named.Add(new PeerInfo(peer.Peer, []));
            }
            catch (PeerUnavailableException e)
            {
                unreachable ??= e;
            }
        }

        return (named, unreachable);
    }

    private static void Check(FetchRequest request)
    {
        if (request.Root.IsDefault)
            throw new ArgumentException("A fetch needs a root.", nameof(request));
        if (request.Peers.Count > FetchRequest.MaxPeers)
            throw new ArgumentException($"At most {FetchRequest.MaxPeers} peers can be named, not {request.Peers.Count}.", nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.IdleTimeout, TimeSpan.FromMilliseconds(100));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.IdleTimeout, TimeSpan.FromHours(1));
        if (request.MaxBytes is < 1)
            throw new ArgumentOutOfRangeException(nameof(request), request.MaxBytes, "A fetch of no bytes at all is none.");
    }

    /// <summary>What callers can tell apart, wherever they are.</summary>
    private static Exception ToTyped(Cid root, Exception exception) => exception switch
    {
        IpfsKitException or OperationCanceledException => exception,
        BlockNotFoundException e => e.Cid == root ? new ContentNotFoundException(root) : new IncompleteDagException(root, e.Cid),
        StorageFullException e => new InsufficientStorageException(e.Message),
        FetchLimitException e => new NodeBusyException(e.Message, TimeSpan.FromSeconds(1)),
        IpldException e => new ContentUnavailableException(root, e.Message),
        _ => GrainFaults.ToTyped(exception) ?? exception,
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "The fetch of {Root} ended without it.")]
    private static partial void LogFailed(ILogger logger, Cid root, Exception exception);
}
