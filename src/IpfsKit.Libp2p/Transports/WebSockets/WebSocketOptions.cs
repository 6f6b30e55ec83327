using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace IpfsKit.Libp2p;

/// <summary>How the WebSocket transport behaves.</summary>
public sealed class WebSocketOptions
{
    /// <summary>The certificate of listeners on <c>/tls/ws</c> and <c>/wss</c>, with its private key. Not disposed by the transport. Set in code, instead of <see cref="CertificatePath"/>.</summary>
    /// <value>Default: none.</value>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>The file with the certificate of listeners on <c>/tls/ws</c> and <c>/wss</c>, in PEM, followed by those that lead from it to its authority. It is read when the host starts.</summary>
    /// <value>A path. Default: none, and such addresses are refused.</value>
    public string? CertificatePath { get; set; }

    /// <summary>The file with the certificate's private key, in PEM and not encrypted.</summary>
    /// <value>A path. Default: none, so that the key stands in the certificate's file.</value>
    public string? CertificateKeyPath { get; set; }

    /// <summary>Decides about the certificate of a server that is dialled at <c>/tls/ws</c> or <c>/wss</c>. Who the peer is is proved later and apart from this, by libp2p's own handshake.</summary>
    /// <value>Default: none, and the certificate must be valid for its name by the rules of the operating system.</value>
    public RemoteCertificateValidationCallback? CertificateValidation { get; set; }

    /// <summary>How long a WebSocket may take to be one, TLS included, on listeners. Dials have the deadline of the dial.</summary>
    /// <value>100 ms to 5 min; default 10 s.</value>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many inbound connections of one listener may be on their way to be a WebSocket. One more, and the one that has taken longest is dropped: an honest peer needs a few round trips, one that only fills the list does not come to an end.</summary>
    /// <value>1 to 65,536; default 256.</value>
    public int MaxPendingHandshakes { get; set; } = 256;

    /// <summary>How many inbound WebSockets of one listener wait to be taken; while there are as many, no more are accepted.</summary>
    /// <value>1 to 65,536; default 128.</value>
    public int MaxReadyConnections { get; set; } = 128;
}
