namespace IpfsKit.Libp2p.Security.Tls;

/// <summary>A certificate is not one by which a libp2p peer shows who it is.</summary>
internal sealed class TlsCertificateException(string reason) : Libp2pException(reason);
