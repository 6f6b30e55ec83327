using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Benchmarks.Runner.Store;

/// <summary>Blocks to put and get: random names over shared random bytes, so that a million of them cost no memory and no hashing.</summary>
/// <remarks>Stores take blocks as verified and never hash on put or get (design §7), so that false names change nothing that is measured.</remarks>
internal readonly record struct BlockSample(Cid Cid, ReadOnlyMemory<byte> Data)
{
    private const int PoolBytes = 16 << 20;
    private const int DigestBytes = 32;

    private static readonly byte[] Pool = MakePool();

    /// <summary>That many blocks of that size; the same for the same seed.</summary>
    public static BlockSample[] Make(int count, int bytes, int seed)
    {
        var random = new Random(seed);
        var samples = new BlockSample[count];
        Span<byte> digest = stackalloc byte[DigestBytes];
        for (var i = 0; i < samples.Length; i++)
        {
            random.NextBytes(digest);
            var cid = Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Sha2_256, digest));
            samples[i] = new BlockSample(cid, Pool.AsMemory(random.Next(PoolBytes - bytes), bytes));
        }

        return samples;
    }

    /// <summary>As a block for our stores.</summary>
    public Block ToBlock() => Block.CreateTrusted(Cid, Data);

    private static byte[] MakePool()
    {
        var pool = new byte[PoolBytes];
        new Random(0).NextBytes(pool);
        return pool;
    }
}
