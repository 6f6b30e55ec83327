namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>What a frame is for.</summary>
internal enum YamuxFrameType : byte
{
    /// <summary>Bytes of a stream; the length counts them.</summary>
    Data = 0,

    /// <summary>The receiver may send so many bytes more; carries flags when there are no bytes.</summary>
    WindowUpdate = 1,

    /// <summary>A question or an answer with an opaque value.</summary>
    Ping = 2,

    /// <summary>No streams come any more, with a <see cref="YamuxGoAwayCode"/>.</summary>
    GoAway = 3,
}
