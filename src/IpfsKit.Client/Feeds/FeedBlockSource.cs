using System.Buffers;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Feeds;

/// <summary>Lets a walk read from a feed: the block that the walk asks for must be the one that comes next.</summary>
/// <remarks>This is where a silo's answer is held against the DAG: a block too many, too few, or out of order ends the feed.</remarks>
internal sealed class FeedBlockSource(IBlockFeed feed) : IBlockSource
{
    public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        var block = await feed.ReadAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new FeedFailureException($"the stream ended where block {cid} should come");
        if (block.Cid == cid)
            return block;
        // The same bytes under another version or codec are the same block; it is named as the DAG names it.
        if (block.Cid.Hash.Equals(cid.Hash))
            return Block.CreateTrusted(cid, block.Data, new Owner(block));
        using (block)
            throw new FeedFailureException($"it sent block {block.Cid} where {cid} should come");
    }

    private sealed class Owner(Block block) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => throw new NotSupportedException("A block is read-only.");

        public void Dispose() => block.Dispose();
    }
}
