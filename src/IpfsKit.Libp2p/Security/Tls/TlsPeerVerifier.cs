using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using IpfsKit.Multiformats;
using PublicKey = IpfsKit.Libp2p.Identities.PublicKey;

namespace IpfsKit.Libp2p.Security.Tls;

/// <summary>Looks at the certificate of one handshake, and keeps what it found.</summary>
internal sealed class TlsPeerVerifier(PeerId? expectedPeer, TimeProvider timeProvider)
{
    /// <summary>Who the other side is, if its certificate is good.</summary>
    public PublicKey? RemoteKey { get; private set; }

    /// <summary>Why it is not.</summary>
    public Libp2pException? Failure { get; private set; }

    /// <summary>The callback of <see cref="SslStream"/>. Its own opinion, that nobody it trusts has signed the certificate, does not matter.</summary>
    public bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        try
        {
            if (certificate is not X509Certificate2 shown)
                throw new TlsCertificateException("the other side showed no certificate.");
            // The platform lists what came: on one side of the connection without the certificate itself, on the other with it.
            foreach (var further in chain?.ChainPolicy.ExtraStore ?? [])
            {
                if (!further.RawDataMemory.Span.SequenceEqual(shown.RawDataMemory.Span))
                    throw new TlsCertificateException("the other side showed more than one certificate.");
            }

            var remote = TlsPeerCertificate.Verify(shown.RawDataMemory, timeProvider.GetUtcNow());
            if (expectedPeer is { } expected && expected != remote.PeerId)
                throw new PeerIdMismatchException(expected, remote.PeerId);
            RemoteKey = remote;
            return true;
        }
        catch (Libp2pException e)
        {
            Failure = e;
            return false;
        }
    }
}
