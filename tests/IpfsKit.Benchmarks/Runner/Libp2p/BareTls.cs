using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>The floor of a stream over TLS: an <see cref="SslStream"/> at each end of a socket, and nothing above it.</summary>
internal static class BareTls
{
    /// <summary>Moves that many bytes; GiB/s, the handshake left out.</summary>
    public static async Task<double> MeasureAsync(long bytes)
    {
        using var sockets = await LoopbackSockets.ConnectAsync();
        using var certificate = CreateCertificate();
        await using var server = new SslStream(new NetworkStream(sockets.Listener));
        await using var client = new SslStream(new NetworkStream(sockets.Dialer));
        await Task.WhenAll(
            server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls13 }),
            client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "peer",
                EnabledSslProtocols = SslProtocols.Tls13,
                RemoteCertificateValidationCallback = (_, remote, _, _) => remote?.GetCertHashString() == certificate.GetCertHashString(),
            }));
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Task.Run(() => SendAsync(client, bytes)), Task.Run(() => ReceiveAsync(server, bytes)));
        return Stopwatches.GiBPerSecond(bytes, start);
    }

    private static async Task SendAsync(SslStream stream, long bytes)
    {
        var buffer = RandomNumberGenerator.GetBytes(StreamTransfer.WriteBytes);
        for (var left = bytes; left > 0; left -= buffer.Length)
            await stream.WriteAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)));
        await stream.FlushAsync();
    }

    private static async Task ReceiveAsync(SslStream stream, long bytes)
    {
        var buffer = new byte[StreamTransfer.WriteBytes];
        for (var left = bytes; left > 0;)
        {
            var read = await stream.ReadAsync(buffer);
            left -= read > 0 ? read : throw new InvalidDataException($"{left} bytes did not come.");
        }
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=peer", key, HashAlgorithmName.SHA256).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        // A key of a file: what an SslStream can use on every system.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }
}
