using System.Security.Cryptography;

namespace IpfsKit.Interop.Tests.Peers;

/// <summary>The bytes of <c>tests/peers/streams.mjs</c>: byte i of each MiB is (i · 31 + seed) mod 251.</summary>
internal static class Pattern
{
    private const int BlockBytes = 1 << 20;

    public static byte[] Block(int seed)
    {
        var block = new byte[BlockBytes];
        for (var i = 0; i < block.Length; i++)
            block[i] = (byte)(((i * 31) + seed) % 251);
        return block;
    }

    /// <summary>The hash of so many bytes.</summary>
    public static string Hash(long bytes, int seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = Block(seed);
        for (; bytes > 0; bytes -= block.Length)
            hash.AppendData(block, 0, (int)Math.Min(bytes, block.Length));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Writes so many bytes.</summary>
    public static async Task WriteAsync(Libp2p.IMuxedStream stream, long bytes, int seed, CancellationToken cancellationToken)
    {
        var block = Block(seed);
        for (; bytes > 0; bytes -= block.Length)
            await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(bytes, block.Length)), cancellationToken);
    }

    /// <summary>Reads to the end.</summary>
    public static async Task<(long Bytes, string Hash)> DrainAsync(Libp2p.IMuxedStream stream, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[256 << 10];
        long total = 0;
        while (await stream.ReadAsync(buffer, cancellationToken) is var read && read > 0)
        {
            hash.AppendData(buffer, 0, read);
            total += read;
        }

        return (total, Convert.ToHexString(hash.GetHashAndReset()));
    }
}
