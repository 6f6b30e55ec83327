using System.Security.Cryptography;

namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>A file of which every byte follows from its number, and that nobody else has.</summary>
internal static class ChaosContent
{
    /// <summary>Its bytes: mostly a few KiB, some up to 1 MiB.</summary>
    public static byte[] Bytes(int seed, int content)
    {
        var random = new Random(HashCode(seed, content));
        var bytes = new byte[random.Next(4) == 0 ? random.Next(64 << 10, 1 << 20) : random.Next(1 << 10, 64 << 10)];
        random.NextBytes(bytes);
        // Whatever the random numbers are, two contents are never the same.
        BitConverter.TryWriteBytes(bytes, content);
        return bytes;
    }

    public static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    // Not System.HashCode, which is another one in each process.
    private static int HashCode(int seed, int content) => unchecked((seed * 486187739) + content);
}
