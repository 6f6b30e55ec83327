using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using IpfsKit.Connections.Tls.Pipes;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Connections.Tls;

/// <summary>TLS in Orleans' connections. Both sides show a certificate, and each wants the other's to be of the cluster: who has none gets no further than the handshake.</summary>
public sealed partial class ClusterTls : IDisposable
{
    private readonly ClusterTlsOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ClusterTls> _logger;
    private readonly Lazy<X509Certificate2> _certificate;
    private readonly Lazy<X509Certificate2Collection> _trusted;

    /// <summary>Makes it; files are read with the first connection.</summary>
    public ClusterTls(IOptions<ClusterTlsOptions> options, TimeProvider time, ILogger<ClusterTls> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _time = time;
        _logger = logger;
        _certificate = new(() => CertificateFiles.LoadOwn(_options));
        _trusted = new(() => _options.TrustedCertificatesPath is { } path ? CertificateFiles.LoadTrusted(path) : [_certificate.Value]);
    }

    /// <summary>Whether a certificate is configured. Without one, nothing here is to be used.</summary>
    public bool IsEnabled => _options.CertificatePath is not null;

    /// <summary>Takes connections with TLS.</summary>
    public void Accept(IConnectionBuilder connections)
    {
        ArgumentNullException.ThrowIfNull(connections);
        connections.Use(next => connection => RunAsync(connection, next, (stream, cancellationToken) => stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate.Value,
                ClientCertificateRequired = true,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                RemoteCertificateValidationCallback = Validate,
            },
            cancellationToken)));
    }

    /// <summary>Opens connections with TLS.</summary>
    public void Dial(IConnectionBuilder connections)
    {
        ArgumentNullException.ThrowIfNull(connections);
        connections.Use(next => connection => RunAsync(connection, next, (stream, cancellationToken) => stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                // Silos have addresses and no names.
                TargetHost = "",
                ClientCertificates = [_certificate.Value],
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                RemoteCertificateValidationCallback = Validate,
            },
            cancellationToken)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_certificate.IsValueCreated)
            _certificate.Value.Dispose();
    }

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, Func<SslStream, CancellationToken, Task> authenticate)
    {
        var plain = connection.Transport;
        var stream = new SslStream(new DuplexPipeStream(plain), leaveInnerStreamOpen: false);
        try
        {
            if (!await AuthenticateAsync(connection, stream, authenticate).ConfigureAwait(false))
                return;
            connection.Transport = new StreamDuplexPipe(stream);
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            connection.Transport = plain;
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> AuthenticateAsync(ConnectionContext connection, SslStream stream, Func<SslStream, CancellationToken, Task> authenticate)
    {
        using var timeout = new CancellationTokenSource(_options.HandshakeTimeout, _time);
        try
        {
            await authenticate(stream, timeout.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // What a stranger does wrong is no error of ours.
            LogRefused(_logger, connection.RemoteEndPoint, exception.InnerException?.Message ?? exception.Message);
            connection.Abort();
            return false;
        }
    }

    private bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 remote)
            return false;
        var now = _time.GetUtcNow();
        if (now < remote.NotBefore.ToUniversalTime() || now > remote.NotAfter.ToUniversalTime())
            return false;
        if (_trusted.Value.Any(trusted => trusted.RawDataMemory.Span.SequenceEqual(remote.RawDataMemory.Span)))
            return true;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_trusted.Value);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (chain is not null)
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Select(element => element.Certificate).ToArray());
        return own.Build(remote);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "No TLS with {Remote}: {Reason}")]
    private static partial void LogRefused(ILogger logger, System.Net.EndPoint? remote, string reason);
}
