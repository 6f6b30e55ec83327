using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

/// <summary>One upload on its way into this silo: a sink for its blocks, then its registration. Dispose it in any case.</summary>
/// <remarks>
/// Blocks put here, or found here already, stay at least until this is disposed, whatever the collector does; after that, as long as a registered root reaches them. An ingest that is
/// disposed without a registration leaves blocks of no root, which the collector takes.
/// </remarks>
internal abstract class ContentIngest : IBlockSink, IBlockSource, IAsyncDisposable
{
    /// <inheritdoc/>
    public abstract ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default);

    /// <summary>Registers a root whose blocks have been put; when it returns the root is committed and survives loss of power. Idempotent.</summary>
    /// <exception cref="WriteConcernNotMetException">Too few silos acknowledged.</exception>
    public abstract Task<ContentRegistration> RegisterAsync(StoredRoot root, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
