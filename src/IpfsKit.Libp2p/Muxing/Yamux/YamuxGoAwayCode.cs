namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Why a side ends the connection.</summary>
internal enum YamuxGoAwayCode : uint
{
    /// <summary>It wants to.</summary>
    Normal = 0,

    /// <summary>The other side broke the protocol.</summary>
    ProtocolError = 1,

    /// <summary>It has a fault of its own.</summary>
    InternalError = 2,
}
