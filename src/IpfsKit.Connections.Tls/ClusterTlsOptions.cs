namespace IpfsKit.Connections.Tls;

/// <summary>TLS of the connections between silos and from clients to silos; bound from the section <c>IpfsKit:Cluster:Tls</c>, the same for silos and clients.</summary>
public sealed class ClusterTlsOptions
{
    /// <summary>The section that is bound.</summary>
    public const string SectionName = "IpfsKit:Cluster:Tls";

    /// <summary>The file with the certificate that this silo or client shows to the others, PKCS#12 or PEM. It is read when the silo or client starts.</summary>
    /// <value>A path; default none, and without it there is no TLS.</value>
    public string? CertificatePath { get; set; }

    /// <summary>The file with the certificate's private key, in PEM.</summary>
    /// <value>A path; default none, so that the key stands in the certificate's file.</value>
    public string? CertificateKeyPath { get; set; }

    /// <summary>The password of the PKCS#12 file or of the key in PEM.</summary>
    /// <value>Any text; default none.</value>
    public string? CertificatePassword { get; set; }

    /// <summary>The file with the certificates that the others' must be, or be issued by, in PEM: the authority of the cluster. Names in certificates are not looked at: who has one of these belongs to the cluster.</summary>
    /// <value>A path; default none, so that all show the same certificate.</value>
    public string? TrustedCertificatesPath { get; set; }

    /// <summary>How long a handshake may take before the connection is closed.</summary>
    /// <value>100 ms to 5 min; default 10 s.</value>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
