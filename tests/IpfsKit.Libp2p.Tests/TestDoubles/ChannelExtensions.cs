using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>What tests do with channels.</summary>
internal static class ChannelExtensions
{
    /// <summary>One sealed frame.</summary>
    public static byte[] Seal(this ISecureChannel channel, ReadOnlySpan<byte> plain)
    {
        var frame = new byte[channel.Sealer.PrefixBytes + plain.Length + channel.Sealer.SuffixBytes];
        plain.CopyTo(frame.AsSpan(channel.Sealer.PrefixBytes));
        channel.Sealer.Seal(frame);
        return frame;
    }

    /// <summary>Sends in frames of at most so many plain bytes.</summary>
    public static async Task SendPlainAsync(this ISecureChannel channel, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken, int frameBytes = int.MaxValue)
    {
        frameBytes = Math.Min(frameBytes, channel.Sealer.MaxPlainBytes);
        do
        {
            var part = plain[..Math.Min(plain.Length, frameBytes)];
            await channel.SendAsync(channel.Seal(part.Span), cancellationToken);
            plain = plain[part.Length..];
        }
        while (!plain.IsEmpty);
    }

    /// <summary>Reads so many bytes, or to the end.</summary>
    public static async Task<byte[]> ReadPlainAsync(this ISecureChannel channel, CancellationToken cancellationToken, int bytes = int.MaxValue)
    {
        using var all = new MemoryStream();
        while (all.Length < bytes)
        {
            var plain = await channel.ReadAsync(cancellationToken);
            if (plain.IsEmpty)
                break;
            all.Write(plain.Span);
        }

        return all.ToArray();
    }
}
