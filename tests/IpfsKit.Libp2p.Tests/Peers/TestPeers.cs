using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Peers;

/// <summary>Peers and addresses for tests.</summary>
internal static class TestPeers
{
    public static PeerId Alice { get; } = New();

    public static PeerId Bob { get; } = New();

    public static PeerId Carol { get; } = New();

    public static PeerId New()
    {
        using var key = PrivateKey.Generate();
        return key.PublicKey.PeerId;
    }

    /// <summary>A public address, a different one for each number.</summary>
    public static Multiaddr Address(int number) => Multiaddr.Parse($"/ip4/203.0.{number / 250}.{(number % 250) + 1}/tcp/4001");
}
