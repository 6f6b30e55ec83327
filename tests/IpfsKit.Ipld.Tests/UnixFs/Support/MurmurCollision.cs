using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Tests.UnixFs.Support;

/// <summary>Finds names with a given murmur3-x64-64: the function is no secret and every step of it can be undone.</summary>
internal static class MurmurCollision
{
    private const int Length = 16;
    private const ulong C1 = 0x87c37b91114253d5;
    private const ulong C2 = 0x4cf5ad432745937f;

    /// <summary>A name of 16 ASCII characters with the hash; each seed gives another.</summary>
    public static string Find(ulong hash, int seed)
    {
        var random = new Random(seed);
        Span<byte> bytes = stackalloc byte[Length];
        while (true)
        {
            // The hash is Mix(x) + Mix(y): any x has its y.
            var x = (ulong)random.NextInt64();
            var y = Unmix(hash - Mix(x));
            var h2 = y - x;
            var h1 = x - h2;
            h1 ^= Length;
            h2 ^= Length;
            var k2 = BitOperations.RotateRight(((h2 - 0x38495ab5) * Inverse(5)) - h1, 31);
            k2 = BitOperations.RotateRight(k2 * Inverse(C1), 33) * Inverse(C2);
            var k1 = BitOperations.RotateRight((h1 - 0x52dce729) * Inverse(5), 27);
            k1 = BitOperations.RotateRight(k1 * Inverse(C2), 31) * Inverse(C1);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, k1);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], k2);
            if (!Ascii.IsValid(bytes) || bytes.ContainsAny((byte)0, (byte)'/'))
                continue;
            Assert.Equal(hash, Murmur3.HashX64To64(bytes));
            return Encoding.ASCII.GetString(bytes);
        }
    }

    private static ulong Mix(ulong k)
    {
        k = (k ^ (k >> 33)) * 0xff51afd7ed558ccd;
        k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53;
        return k ^ (k >> 33);
    }

    private static ulong Unmix(ulong k)
    {
        k = (k ^ (k >> 33)) * Inverse(0xc4ceb9fe1a85ec53);
        k = (k ^ (k >> 33)) * Inverse(0xff51afd7ed558ccd);
        return k ^ (k >> 33);
    }

    // Newton's iteration doubles the bits that are right.
    private static ulong Inverse(ulong odd)
    {
        var inverse = odd;
        for (var i = 0; i < 5; i++)
            inverse *= 2 - (odd * inverse);
        return inverse;
    }
}
