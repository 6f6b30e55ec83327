using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports.WebSockets;

/// <summary>The certificate of listeners on secure WebSockets: that of the options, or that of their files.</summary>
internal static class WebSocketCertificate
{
    /// <summary>Reads it. Offline: who starts a listener does not wait for the servers of a certificate authority.</summary>
    /// <exception cref="ListenFailedException">There is none, or what is in the files is none.</exception>
    public static SslStreamCertificateContext Load(WebSocketOptions options, Multiaddr address)
    {
        if (options.Certificate is { } given)
            return SslStreamCertificateContext.Create(given, null, offline: true);
        if (options.CertificatePath is not { } path)
            throw new ListenFailedException(address, $"it needs a certificate, and neither {nameof(WebSocketOptions)}.{nameof(WebSocketOptions.Certificate)} nor {nameof(WebSocketOptions.CertificatePath)} is set.");
        try
        {
            // With those that lead from it to an authority that others know.
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(path);
            return SslStreamCertificateContext.Create(ReadWithKey(path, options.CertificateKeyPath), chain, offline: true);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ListenFailedException(address, $"its certificate could not be read: {exception.Message}", exception);
        }
    }

    private static X509Certificate2 ReadWithKey(string path, string? keyPath)
    {
        var certificate = X509Certificate2.CreateFromPemFile(path, keyPath ?? path);
        if (!OperatingSystem.IsWindows())
            return certificate;
        // Windows' TLS takes keys from its store only, and importing puts them there.
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
