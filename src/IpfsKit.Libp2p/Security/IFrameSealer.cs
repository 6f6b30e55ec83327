namespace IpfsKit.Libp2p.Security;

/// <summary>Turns plain bytes into what goes over the wire, in the buffer in which they are.</summary>
/// <remarks>
/// A frame is <c>prefix | plain | suffix</c>. The muxer writes the plain bytes at their place in its send buffer, seals, and goes on behind the suffix, so that nothing is copied. Frames must be sent in the order in which
/// they were sealed; callers hold one lock over both.
/// </remarks>
internal interface IFrameSealer
{
    /// <summary>Bytes before the plain ones: 2 for Noise, 0 for TLS.</summary>
    int PrefixBytes { get; }

    /// <summary>Bytes behind them: 16 for Noise, 0 for TLS.</summary>
    int SuffixBytes { get; }

    /// <summary>The most plain bytes of a frame: 65,519 for Noise.</summary>
    int MaxPlainBytes { get; }

    /// <summary>Seals one frame in place.</summary>
    /// <param name="frame">All of it: prefix and suffix have any content before.</param>
    void Seal(Span<byte> frame);
}
