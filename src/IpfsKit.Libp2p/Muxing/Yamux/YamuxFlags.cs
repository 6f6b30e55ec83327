namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>What a frame does to its stream.</summary>
[Flags]
internal enum YamuxFlags : ushort
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Opens it; on a ping, asks.</summary>
    Syn = 1,

    /// <summary>Acknowledges that it was opened; on a ping, answers.</summary>
    Ack = 2,

    /// <summary>The sender's direction has ended.</summary>
    Fin = 4,

    /// <summary>Both directions have ended at once.</summary>
    Rst = 8,
}
