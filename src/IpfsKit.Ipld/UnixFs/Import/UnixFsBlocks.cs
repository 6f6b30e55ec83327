using System.Buffers;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Makes blocks of nodes under a profile.</summary>
internal static class UnixFsBlocks
{
    /// <summary>The hash of every profile.</summary>
    public const Multicodec Hash = Multicodec.Sha2_256;

    /// <summary>The block of a dag-pb node.</summary>
    /// <exception cref="BlockTooLargeException">It exceeds <paramref name="maxBlockBytes"/>.</exception>
    public static Block Encode(UnixFsData data, IReadOnlyList<DagPbLink> links, UnixFsProfile profile, int maxBlockBytes)
    {
        var node = new DagPbNode(data.Encode(), links);
        var output = new ArrayBufferWriter<byte>(Math.Max(1, DagPbCodec.GetEncodedBytes(node)));
        DagPbCodec.EncodeNode(node, output);
        var cid = NameDagPb(output.WrittenSpan, profile);
        if (output.WrittenCount > maxBlockBytes)
            throw new BlockTooLargeException(cid, output.WrittenCount, maxBlockBytes);
        return Block.CreateTrusted(cid, output.WrittenMemory);
    }

    /// <summary>The CID of a dag-pb block.</summary>
    public static Cid NameDagPb(ReadOnlySpan<byte> block, UnixFsProfile profile)
    {
        var hash = MultihashAlgorithm.Compute(Hash, block);
        return profile.CidVersion == 0 ? Cid.CreateV0(hash) : Cid.CreateV1(Multicodec.DagPb, hash);
    }
}
