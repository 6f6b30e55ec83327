namespace IpfsKit.Libp2p.Protocols.Ping;

/// <summary>Ping: 32 bytes go there and come back, as often as wanted.</summary>
/// <remarks>Spec: <see href="https://github.com/libp2p/specs/blob/master/ping/ping.md"/>.</remarks>
internal static class PingProtocol
{
    /// <summary>The protocol's id.</summary>
    public const string Id = "/ipfs/ping/1.0.0";

    /// <summary>The bytes of one ping.</summary>
    public const int PayloadBytes = 32;
}
