using System.Net.Security;
using System.Security.Authentication;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Tests.Security.Tls;

public sealed class TlsProtocolTests : IDisposable
{
    private readonly PrivateKey _identity = PrivateKey.Generate();
    private readonly TlsProtocol _protocol;

    public TlsProtocolTests() => _protocol = new TlsProtocol(_identity);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SecureAsync_ClientWithoutACertificate_IsRefused()
    {
        var (near, far) = DuplexConnection.CreatePair();
        var securing = _protocol.SecureAsync(far, null, [], Token).AsTask();
        await using var client = new SslStream(new RawConnectionStream(near));
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "",
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = new TlsPeerVerifier(null, TimeProvider.System).Verify,
            ApplicationProtocols = [new("libp2p")],
        };
        // Its own handshake may be through before the server has refused it.
        var connecting = client.AuthenticateAsClientAsync(options, Token);

        Assert.Contains("no certificate", (await Assert.ThrowsAsync<SecurityHandshakeException>(() => securing)).Message, StringComparison.Ordinal);
        await SettleAsync(connecting);
    }

    [Fact]
    public async Task SecureAsync_ServerOfTls12_IsRefused()
    {
        var (near, far) = DuplexConnection.CreatePair();
        using var certificate = TlsCertificate.Create(_identity, TimeProvider.System);
        await using var server = new SslStream(new RawConnectionStream(far));
        var accepting = server.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificateContext = certificate.Context, EnabledSslProtocols = SslProtocols.Tls12 }, Token);

        await Assert.ThrowsAsync<SecurityHandshakeException>(() => _protocol.SecureAsync(near, null, [], Token).AsTask());
        await SettleAsync(accepting);
    }

    [Fact]
    public async Task SecureAsync_NoApplicationProtocolInCommon_IsRefused()
    {
        var (near, far) = DuplexConnection.CreatePair();
        var securing = _protocol.SecureAsync(far, null, ["/yamux/1.0.0"], Token).AsTask();
        await using var client = new SslStream(new RawConnectionStream(near));
        var options = new SslClientAuthenticationOptions { TargetHost = "", RemoteCertificateValidationCallback = new TlsPeerVerifier(null, TimeProvider.System).Verify, ApplicationProtocols = [new("h2")] };
        var connecting = client.AuthenticateAsClientAsync(options, Token);

        await Assert.ThrowsAsync<SecurityHandshakeException>(() => securing);
        await SettleAsync(connecting);
    }

    [Fact]
    public async Task SecureAsync_AsClient_SendsNoServerNameAndItsMuxersBeforeLibp2p()
    {
        var (near, far) = DuplexConnection.CreatePair();
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var securing = _protocol.SecureAsync(near, null, ["/yamux/1.0.0"], source.Token).AsTask();
        var hello = new byte[4000];
        var text = System.Text.Encoding.Latin1.GetString(hello, 0, await far.ReadAsync(hello, Token));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => securing);

        Assert.Contains("\f/yamux/1.0.0\u0006libp2p", text, StringComparison.Ordinal);
    }

    /// <summary>The other side of a refusal ends somehow.</summary>
    private static async Task SettleAsync(Task task) => await Task.WhenAny(task);

    public void Dispose()
    {
        _protocol.Dispose();
        _identity.Dispose();
    }
}
