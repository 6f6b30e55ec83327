using System.Security.Cryptography.X509Certificates;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Interop.Tests.Peers;

/// <summary>How a <see cref="LocalPeer"/> is made.</summary>
internal sealed record LocalPeerOptions
{
    public PrivateKey? Key { get; init; }

    public string Security { get; init; } = "noise";

    public IConnectionProtector? Protector { get; init; }

    public TimeSpan UpgradeTimeout { get; init; } = TimeSpan.FromSeconds(15);

    public X509Certificate2? WebSocketCertificate { get; init; }
}
