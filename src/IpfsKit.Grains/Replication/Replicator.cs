using IpfsKit.Grains.Content;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Transport;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Libp2p.Peers;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Replication;

/// <summary>Brings roots here that this silo has been told to hold, from those who hold them, a bounded number at once.</summary>
internal sealed class Replicator(IpfsNode node, ContentRegistrar registrar, ContentExchange exchange, ClusterNodes nodes, IOptions<IpfsKitOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.Value.Replication.MaxConcurrentTransfers);
    private int _count;

    /// <summary>How many are under way or wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Fetches what is missing, and says that it is held once it is durable.</summary>
    /// <exception cref="InsufficientStorageException">There is no room.</exception>
    /// <exception cref="ContentNotFoundException">The root is not registered any more.</exception>
    public async Task HoldAsync(HoldRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        await _places.WaitAsync(cancellationToken);
        try
        {
            await using var ingest = registrar.Begin();
            if (!await IsHereAsync(ingest, request, cancellationToken))
                await FetchAsync(ingest, request, cancellationToken);
            await ingest.AcknowledgeAsync(
                new StoredRoot { Root = request.Root, SizeBytes = request.SizeBytes, DagBytes = request.DagBytes, Blocks = request.Blocks, WholeDag = request.WholeDag },
                request.Epoch,
                cancellationToken);
        }
        finally
        {
            _places.Release();
            Interlocked.Decrement(ref _count);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private static async Task<bool> IsHereAsync(ContentIngest ingest, HoldRequest request, CancellationToken cancellationToken) => request.WholeDag
        ? await LocalDag.IsCompleteAsync(ingest.Blocks, request.Root, cancellationToken)
        : await ingest.Blocks.HasAsync(request.Root, cancellationToken);

    private async Task FetchAsync(ContentIngest ingest, HoldRequest request, CancellationToken cancellationToken)
    {
        if (request.DagBytes > node.Storage.FreeBytes)
            throw new InsufficientStorageException($"Silo {node.PeerId} has room for {node.Storage.FreeBytes} bytes, and the root has {request.DagBytes}.");
        PeerInfo[] holders = [.. nodes.List().Skip(1).Where(other => request.Holders.Contains(other.Node)).Select(other => new PeerInfo(other.Node, other.Libp2pAddresses))];
        await using var reader = exchange.OpenReader(
            new ReadRequest(request.Root, IsRoot: false) { Named = holders, IdleTimeout = options.Value.Replication.TransferTimeout }, ingest);
        if (request.WholeDag)
        {
            await new DagFetcher(reader, options.Value.Exchange.MaxFetchAheadBytes, TraversalLimits.Default).FetchAsync(request.Root, cancellationToken);
        }
        else
        {
            using var block = await reader.GetRequiredAsync(request.Root, cancellationToken);
        }

        await reader.FlushAsync(cancellationToken);
    }
}
