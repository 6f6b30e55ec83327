namespace IpfsKit.Libp2p.Connections;

/// <summary>How far an upgrade has come.</summary>
internal enum UpgradeStage
{
    /// <summary>The two sides show each other that they are in the same private network.</summary>
    PrivateNetwork,

    /// <summary>They agree on a security protocol.</summary>
    SecurityNegotiation,

    /// <summary>They prove who they are.</summary>
    Handshake,

    /// <summary>They agree on a muxer.</summary>
    MuxerNegotiation,
}
