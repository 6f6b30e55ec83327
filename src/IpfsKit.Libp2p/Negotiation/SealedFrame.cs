using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>A frame of its own for the few bytes of a negotiation.</summary>
internal static class SealedFrame
{
    public static byte[] Create(IFrameSealer sealer, ReadOnlySpan<byte> plain)
    {
        var frame = new byte[sealer.PrefixBytes + plain.Length + sealer.SuffixBytes];
        plain.CopyTo(frame.AsSpan(sealer.PrefixBytes));
        sealer.Seal(frame);
        return frame;
    }
}
