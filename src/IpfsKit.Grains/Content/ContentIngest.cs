using IpfsKit.Grains.Nodes;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Grains.Content;

/// <summary>One upload on its way into this silo: a sink for its blocks, then its registration. Dispose it in any case.</summary>
/// <remarks>
/// Blocks that are put or read here stay at least until this is disposed, whatever the collector does; after that, as long as a registered root reaches them. An ingest that is
/// disposed without a registration leaves blocks of no root, which the collector takes.
/// </remarks>
internal sealed class ContentIngest : IBlockSink, IBlockSource, IAsyncDisposable
{
    private readonly ContentRegistrar _registrar;
    private readonly StoreLease _lease;

    internal ContentIngest(ContentRegistrar registrar, NodeStorage storage)
    {
        _registrar = registrar;
        _lease = storage.Blocks.OpenLease();
    }

    /// <inheritdoc/>
    public async ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
    {
        await _lease.Blocks.PutManyAsync(blocks, cancellationToken);
        _registrar.Announce(blocks);
    }

    /// <inheritdoc/>
    public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default) => _lease.Blocks.GetAsync(cid, cancellationToken);

    /// <summary>The store, where looking a block up keeps it too.</summary>
    public IBlockStore Blocks => _lease.Blocks;

    /// <summary>Registers a root whose blocks have been put; when it returns the root is committed and survives loss of power. Idempotent.</summary>
    /// <exception cref="WriteConcernNotMetException">Too few silos acknowledged.</exception>
    public Task<ContentRegistration> RegisterAsync(StoredRoot root, CancellationToken cancellationToken = default) =>
        _registrar.RegisterAsync(root, cancellationToken);

    /// <summary>Says that this silo holds a root that is registered already; when it returns that is recorded. Idempotent.</summary>
    /// <exception cref="ContentNotFoundException">It is registered no longer, or that was another life of it.</exception>
    public Task AcknowledgeAsync(StoredRoot root, long epoch, CancellationToken cancellationToken = default) => _registrar.AcknowledgeAsync(root, epoch, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _lease.Dispose();
        return default;
    }
}
