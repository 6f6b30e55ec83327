namespace IpfsKit.Libp2p.Security.Tls;

/// <summary>Seals nothing: the TLS of the platform makes records of what it is given, in buffers of its own.</summary>
internal sealed class TlsSealer : IFrameSealer
{
    public static TlsSealer Instance { get; } = new();

    public int PrefixBytes => 0;

    public int SuffixBytes => 0;

    /// <summary>Any number would do; this one keeps what is computed with it small.</summary>
    public int MaxPlainBytes => 1024 * 1024;

    public void Seal(Span<byte> frame)
    {
    }
}
