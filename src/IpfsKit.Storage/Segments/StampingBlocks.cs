using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Segments;

/// <summary>The store as a lease shows it: finding a block stamps it.</summary>
internal sealed class StampingBlocks(SegmentBlockStore store) : IBlockStore
{
    /// <inheritdoc/>
    public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        // First the stamp, so that a sweep between the two cannot take the block.
        store.Stamp(cid.Hash);
        return store.GetAsync(cid, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> HasAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(store.Stamp(cid.Hash));
    }

    /// <inheritdoc/>
    public ValueTask<int?> GetSizeAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        store.Stamp(cid.Hash);
        return store.GetSizeAsync(cid, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask PutAsync(Block block, CancellationToken cancellationToken = default) => store.PutAsync(block, cancellationToken);

    /// <inheritdoc/>
    public ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default) => store.PutManyAsync(blocks, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(Cid cid, CancellationToken cancellationToken = default) => store.DeleteAsync(cid, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<Multihash> EnumerateAsync(CancellationToken cancellationToken = default) => store.EnumerateAsync(cancellationToken);
}
