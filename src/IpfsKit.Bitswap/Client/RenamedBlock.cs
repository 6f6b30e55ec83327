using System.Buffers;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>The bytes of a block under another CID of the same multihash; keeps the block alive.</summary>
internal sealed class RenamedBlock : IMemoryOwner<byte>
{
    private readonly Block _block;

    private RenamedBlock(Block block) => _block = block;

    /// <inheritdoc/>
    public Memory<byte> Memory => throw new NotSupportedException("The bytes of a block cannot be changed.");

    /// <summary>A reference to a verified block, named as it was asked for.</summary>
    public static Block Of(Block block, in Cid cid)
    {
        var reference = block.Retain();
        return reference.Cid == cid ? reference : Block.CreateTrusted(cid, reference.Data, new RenamedBlock(reference));
    }

    /// <inheritdoc/>
    public void Dispose() => _block.Dispose();
}
