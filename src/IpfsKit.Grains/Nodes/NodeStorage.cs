using IpfsKit.Grains.Catalog;
using IpfsKit.Ipld;

namespace IpfsKit.Grains.Nodes;

/// <summary>What a node keeps on disk: its blocks, and the catalog of the roots that need them. Disposing closes both.</summary>
internal abstract class NodeStorage : IAsyncDisposable
{
    /// <summary>The blocks.</summary>
    public abstract IBlockStore Blocks { get; }

    /// <summary>The roots and pins.</summary>
    public abstract IRootCatalog Catalog { get; }

    /// <summary>Sizes now.</summary>
    public abstract NodeStorageStatistics Statistics { get; }

    /// <summary>Blocks that are put from now on, or found here by a put, stay at least until the lease is disposed.</summary>
    public abstract IDisposable OpenLease();

    /// <summary>Frees blocks that no root of the catalog reaches, step by step, beside everything else.</summary>
    /// <returns>How much was freed.</returns>
    public abstract Task<CollectionResult> CollectAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
