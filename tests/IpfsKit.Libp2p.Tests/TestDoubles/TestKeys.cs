using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>Keys for tests that do not look at them.</summary>
internal static class TestKeys
{
    public static PublicKey Shared { get; } = Ed25519PrivateKey.Generate().PublicKey;
}
