using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Libp2p.Transports.WebSockets;

namespace IpfsKit.Libp2p.Tests.Transports.WebSockets;

/// <summary>WebSocket transports with a certificate of their own for localhost, which they trust.</summary>
internal static class TestWebSockets
{
    public static X509Certificate2 Certificate { get; } = CreateCertificate();

    public static WebSocketTransport Create(Action<WebSocketOptions>? configure = null, TimeProvider? timeProvider = null, Action? refused = null)
    {
        var options = new WebSocketOptions
        {
            Certificate = Certificate,
            CertificateValidation = (_, certificate, _, _) => certificate?.GetCertHashString(HashAlgorithmName.SHA256) == Certificate.GetCertHashString(HashAlgorithmName.SHA256),
        };
        configure?.Invoke(options);
        return new WebSocketTransport(new TcpTransport(new TcpOptions(), TimeProvider.System), options, timeProvider ?? TimeProvider.System, refused: refused);
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
