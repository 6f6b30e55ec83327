using Microsoft.Extensions.Options;

namespace IpfsKit.Libp2p;

/// <summary>Checks <see cref="WebSocketOptions"/>: all faults at once, each with the setting and the value seen.</summary>
public sealed class WebSocketOptionsValidator : IValidateOptions<WebSocketOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, WebSocketOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        Check(options.Certificate is null or { HasPrivateKey: true }, nameof(options.Certificate), options.Certificate?.Subject, "a certificate with its private key");
        Check(options.CertificatePath is null || options.Certificate is null, nameof(options.CertificatePath), options.CertificatePath, "absent where code sets the certificate");
        Check(options.CertificateKeyPath is null || options.CertificatePath is not null, nameof(options.CertificateKeyPath), options.CertificateKeyPath, "absent where there is no CertificatePath");
        Check(options.HandshakeTimeout >= TimeSpan.FromMilliseconds(100) && options.HandshakeTimeout <= TimeSpan.FromMinutes(5), nameof(options.HandshakeTimeout), options.HandshakeTimeout, "100 ms to 5 minutes");
        Check(options.MaxPendingHandshakes is >= 1 and <= 65_536, nameof(options.MaxPendingHandshakes), options.MaxPendingHandshakes, "1 to 65,536");
        Check(options.MaxReadyConnections is >= 1 and <= 65_536, nameof(options.MaxReadyConnections), options.MaxReadyConnections, "1 to 65,536");
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(bool isValid, string setting, object? value, string range)
        {
            if (!isValid)
                faults.Add($"{nameof(WebSocketOptions)}.{setting} is '{value}'; it must be {range}.");
        }
    }
}
