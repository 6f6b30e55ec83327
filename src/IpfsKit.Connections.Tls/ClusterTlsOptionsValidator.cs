using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace IpfsKit.Connections.Tls;

/// <summary>Names every setting that is wrong, with the value seen; files are read for it.</summary>
internal sealed class ClusterTlsOptionsValidator : IValidateOptions<ClusterTlsOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public ValidateOptionsResult Validate(string? name, ClusterTlsOptions options)
    {
        var result = new ValidateOptionsResultBuilder();
        if (options.HandshakeTimeout < Shortest || options.HandshakeTimeout > Longest)
            Fault(nameof(options.HandshakeTimeout), $"{options.HandshakeTimeout:c}", $"is outside {Shortest:c} to {Longest:c}");
        if (options.CertificatePath is null)
        {
            foreach (var (setting, value) in new[] { (nameof(options.CertificateKeyPath), options.CertificateKeyPath), (nameof(options.TrustedCertificatesPath), options.TrustedCertificatesPath) })
            {
                if (value is not null)
                    Fault(setting, value, $"has no meaning without {nameof(options.CertificatePath)}");
            }

            return result.Build();
        }

        Check(nameof(options.CertificatePath), options.CertificatePath, () => CertificateFiles.LoadOwn(options).Dispose());
        if (options.TrustedCertificatesPath is { } trusted)
            Check(nameof(options.TrustedCertificatesPath), trusted, () => CertificateFiles.LoadTrusted(trusted));
        return result.Build();

        void Check(string setting, string value, Action load)
        {
            try
            {
                load();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or FormatException)
            {
                Fault(setting, value, $"cannot be used: {exception.Message}");
            }
        }

        void Fault(string setting, string value, string fault) => result.AddError($"{ClusterTlsOptions.SectionName}:{setting} = '{value}' {fault}.");
    }
}
