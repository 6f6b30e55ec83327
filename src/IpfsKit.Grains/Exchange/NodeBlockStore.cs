using IpfsKit.Grains.Nodes;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Exchange;

/// <summary>The node's blocks for the exchange, which is made before the store is open and may outlive it by a moment: while it is not open, nothing is here. What is read here is read for somebody else.</summary>
internal sealed class NodeBlockStore(IpfsNode node, PinnedContent pinned) : IBlockStore
{
    /// <inheritdoc/>
    public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        if (!node.IsOpen)
            return new((Block?)null);
        return cid.Codec == Multicodec.Raw ? node.Blocks.GetAsync(cid, cancellationToken) : GetNodeAsync(cid, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> HasAsync(Cid cid, CancellationToken cancellationToken = default) =>
        node.IsOpen ? node.Blocks.HasAsync(cid, cancellationToken) : new(false);

    /// <inheritdoc/>
    public ValueTask<int?> GetSizeAsync(Cid cid, CancellationToken cancellationToken = default) =>
        node.IsOpen ? node.Blocks.GetSizeAsync(cid, cancellationToken) : new((int?)null);

    /// <inheritdoc/>
    public ValueTask PutAsync(Block block, CancellationToken cancellationToken = default) => node.Blocks.PutAsync(block, cancellationToken);

    /// <inheritdoc/>
    public ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default) => node.Blocks.PutManyAsync(blocks, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(Cid cid, CancellationToken cancellationToken = default) => node.Blocks.DeleteAsync(cid, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<Multihash> EnumerateAsync(CancellationToken cancellationToken = default) => node.Blocks.EnumerateAsync(cancellationToken);

    private async ValueTask<Block?> GetNodeAsync(Cid cid, CancellationToken cancellationToken)
    {
        var block = await node.Blocks.GetAsync(cid, cancellationToken);
        if (block is not null)
            pinned.OnRead(block);
        return block;
    }
}
