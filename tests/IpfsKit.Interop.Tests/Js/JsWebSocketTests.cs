using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IpfsKit.Interop.Tests.Peers;
using IpfsKit.TestKit;

namespace IpfsKit.Interop.Tests.Js;

/// <summary>WebSockets with js-libp2p, with and without TLS, in both directions.</summary>
public sealed class JsWebSocketTests
{
    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/0/ws")]
    [InlineData("/ip4/127.0.0.1/tcp/0/tls/ws")]
    public async Task WebSocket_DialledByEitherSide_CarriesStreamsBothWays(string address)
    {
        using var certificate = CreateCertificate();
        using var folder = new TemporaryDirectory();
        var isSecure = address.Contains("/tls/", StringComparison.Ordinal);
        var keyPath = folder.Combine("key.pem");
        var certificatePath = folder.Combine("cert.pem");
        using (var key = certificate.GetECDsaPrivateKey()!)
            await File.WriteAllTextAsync(keyPath, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(certificatePath, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);

        await using var js = await JsPeer.StartAsync(new JsPeerOptions
        {
            Transports = "ws",
            Listen = [address],
            WebSocketKeyPath = isSecure ? keyPath : null,
            WebSocketCertificatePath = isSecure ? certificatePath : null,
            Environment = new Dictionary<string, string> { ["NODE_TLS_REJECT_UNAUTHORIZED"] = "0", ["NODE_NO_WARNINGS"] = "1" },
        });
        await using var local = new LocalPeer(new LocalPeerOptions { WebSocketCertificate = certificate }).WithTestProtocols();
        await JsConnectionTests.CheckAsync(local, js, await local.DialAsync(js.Addresses[0]), "noise");
        await js.RunAsync("hangUp", new { peer = local.PeerId.ToString() });

        var dial = js.RunAsync("dial", new { peer = (await local.ListenAsync(address)).ToString() });
        await JsConnectionTests.CheckAsync(local, js, await local.AcceptedAsync(), "noise");
        await dial;
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
