using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Multiformats;

/// <summary>Peer ids of every shape.</summary>
internal static class PeerIdSeeds
{
    public static IReadOnlyList<PeerId> All { get; } = [.. new[] { 1, 36, 37, 42, 43, 300 }.Select(length => PeerId.FromPublicKey(Key(length)))];

    private static byte[] Key(int length) => [.. Enumerable.Range(8, length).Select(i => (byte)i)];
}
