using System.Buffers.Binary;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.TestKit.Blocks;

/// <summary>Blocks with reproducible contents.</summary>
public static class TestBlocks
{
    /// <summary>A raw block of <paramref name="size"/> bytes whose contents follow from <paramref name="seed"/> alone.</summary>
    public static Block Raw(int seed, int size = 100)
    {
        var data = new byte[size];
        new Random(seed).NextBytes(data);
        if (size >= 4)
            BinaryPrimitives.WriteInt32LittleEndian(data, seed);
        return Block.Create(Multicodec.Raw, data);
    }

    /// <summary><paramref name="count"/> raw blocks with seeds from <paramref name="firstSeed"/>.</summary>
    public static Block[] RawMany(int firstSeed, int count, int size = 100) =>
        [.. Enumerable.Range(firstSeed, count).Select(seed => Raw(seed, size))];

    /// <summary>The same bytes under another codec: the same key, another CID.</summary>
    public static Cid WithCodec(this Cid cid, Multicodec codec) => Cid.CreateV1(codec, cid.Hash);
}
