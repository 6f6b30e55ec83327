using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Security.Tls;

/// <summary>libp2p's use of TLS 1.3: both sides show a certificate that they signed themselves, in which their identity vouches for its key; ALPN agrees on the muxer.</summary>
/// <remarks>
/// <para>The certificate is made once and shown on every connection. Sessions are not resumed, because resuming shows no certificate.</para>
/// <para>The client ends its handshake before the server has seen its certificate: a server that refuses it shows as a connection that fails on its first read.</para>
/// <para>Spec: <see href="https://github.com/libp2p/specs/blob/master/tls/tls.md"/>.</para>
/// </remarks>
internal sealed class TlsProtocol : ISecurityProtocol, IDisposable
{
    /// <summary>The id in multistream-select.</summary>
    public const string ProtocolId = "/tls/1.0.0";

    /// <summary>What ALPN agrees on when no muxer is common to both: multistream-select decides.</summary>
    private static readonly SslApplicationProtocol NoMuxer = new("libp2p");

    private readonly TimeProvider _timeProvider;
    private readonly TlsCertificate _certificate;

    /// <param name="identity">Who this side is; used for one signature, now.</param>
    /// <param name="timeProvider">For the validity of certificates; the system's if null.</param>
    public TlsProtocol(PrivateKey identity, TimeProvider? timeProvider = null)
    {
        _timeProvider = timeProvider ?? TimeProvider.System;
        _certificate = TlsCertificate.Create(identity, _timeProvider);
    }

    public string Id => ProtocolId;

    /// <summary>This side's certificate in DER.</summary>
    internal ReadOnlyMemory<byte> Certificate => _certificate.RawData;

    public async ValueTask<ISecureChannel> SecureAsync(IRawConnection connection, PeerId? expectedPeer, IReadOnlyList<string> muxers, IMemoryBudget memory, CancellationToken cancellationToken)
    {
        var verifier = new TlsPeerVerifier(expectedPeer, _timeProvider);
        var below = new TlsConnectionStream(connection);
        var stream = new SslStream(below, leaveInnerStreamOpen: false);
        try
        {
            if (connection.Direction == ConnectionDirection.Outbound)
                await stream.AuthenticateAsClientAsync(CreateClientOptions(verifier, muxers), cancellationToken).ConfigureAwait(false);
            else
                await stream.AuthenticateAsServerAsync(CreateServerOptions(verifier, muxers), cancellationToken).ConfigureAwait(false);
            if (verifier.RemoteKey is not { } remote)
                throw new TlsCertificateException("the other side showed no certificate.");
            var agreed = stream.NegotiatedApplicationProtocol;
            var muxer = agreed == NoMuxer || agreed.Protocol.IsEmpty ? null : agreed.ToString();
            return new TlsChannel(connection, new SecureSession(ProtocolId, remote, connection, muxer), below, stream, memory);
        }
        catch (Exception e)
        {
            connection.Abort();
            await stream.DisposeAsync().ConfigureAwait(false);
            if (verifier.Failure is PeerIdMismatchException mismatch)
                throw new PeerIdMismatchException(mismatch.Expected, mismatch.Actual);
            if (verifier.Failure is { } failure)
                throw new SecurityHandshakeException(ProtocolId, failure.Message, failure);
            // The other side does not speak TLS at all: another protocol may be tried.
            if ((e as NegotiationFailedException ?? e.InnerException as NegotiationFailedException) is { } refusal)
                throw refusal;
            if (e is AuthenticationException or IOException or CryptographicException or Libp2pException)
                throw new SecurityHandshakeException(ProtocolId, (e.InnerException ?? e).Message, e);
            throw;
        }
    }

    public void Dispose() => _certificate.Dispose();

    private SslClientAuthenticationOptions CreateClientOptions(TlsPeerVerifier verifier, IReadOnlyList<string> muxers) => new()
    {
        TargetHost = "", // The spec wants no server name, so that it can mean something later.
        EnabledSslProtocols = SslProtocols.Tls13,
        ClientCertificateContext = _certificate.Context,
        RemoteCertificateValidationCallback = verifier.Verify,
        CertificateChainPolicy = CreateChainPolicy(),
        ApplicationProtocols = CreateApplicationProtocols(muxers),
        AllowRenegotiation = false,
        AllowTlsResume = false,
    };

    private SslServerAuthenticationOptions CreateServerOptions(TlsPeerVerifier verifier, IReadOnlyList<string> muxers) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        ServerCertificateContext = _certificate.Context,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = verifier.Verify,
        CertificateChainPolicy = CreateChainPolicy(),
        ApplicationProtocols = CreateApplicationProtocols(muxers),
        AllowRenegotiation = false,
        AllowTlsResume = false,
    };

    /// <summary>What SslStream makes of the chain is not looked at; this keeps it from reading the system's certificates and from asking the network.</summary>
    private static X509ChainPolicy CreateChainPolicy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    private static List<SslApplicationProtocol> CreateApplicationProtocols(IReadOnlyList<string> muxers)
    {
        var protocols = new List<SslApplicationProtocol>(muxers.Count + 1);
        foreach (var muxer in muxers)
            protocols.Add(new SslApplicationProtocol(muxer));
        protocols.Add(NoMuxer);
        return protocols;
    }
}
