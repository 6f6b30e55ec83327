using System.Security.Cryptography;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Tests.Conformance;

/// <summary>What tests do with raw connections.</summary>
internal static class RawConnectionTestExtensions
{
    public static async Task<byte[]> ReadExactlyAsync(this IRawConnection connection, int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = await connection.ReadAsync(bytes.AsMemory(at), TestContext.Current.CancellationToken);
            Assert.True(read > 0, $"The connection ended after {at} of {count} bytes.");
            at += read;
        }

        return bytes;
    }

    /// <summary>The number of bytes up to the end, and their hash.</summary>
    public static async Task<(long Bytes, string Hash)> DrainAsync(this IRawConnection connection)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 << 10];
        long total = 0;
        while (await connection.ReadAsync(buffer, TestContext.Current.CancellationToken) is var read && read > 0)
        {
            hash.AppendData(buffer, 0, read);
            total += read;
        }

        return (total, Convert.ToHexString(hash.GetHashAndReset()));
    }
}
