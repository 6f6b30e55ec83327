using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Tests.Support;

/// <summary>Peers that nobody is.</summary>
internal static class TestPeers
{
    /// <summary>The peer of a letter, always the same.</summary>
    public static PeerId Of(char letter) => PeerId.FromPublicKey([(byte)letter]);
}
