namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>The life of a stream.</summary>
/// <remarks>
/// <code>
///          LocalEnd              RemoteEnd
///   Open ───────────► LocalEnded ──────────► Ended
///    │                    │                    ▲
///    │ RemoteEnd          │                    │ LocalEnd
///    ├───────────► RemoteEnded ────────────────┘
///    │                    │
///    └──── Reset ─────────┴──────► Reset
/// </code>
/// Whether the first frame has been sent, and whether it was acknowledged, does not matter here: nothing that a side may do depends on it. A stream leaves the connection's table in <see cref="Ended"/> and
/// <see cref="Reset"/>; what has arrived before <see cref="Ended"/> can still be read.
/// </remarks>
internal enum YamuxStreamState
{
    /// <summary>Both directions.</summary>
    Open,

    /// <summary>This side's direction has ended.</summary>
    LocalEnded,

    /// <summary>The other side's direction has ended.</summary>
    RemoteEnded,

    /// <summary>Both have ended in order.</summary>
    Ended,

    /// <summary>Both have ended at once: a reset by either side, or the end of the connection.</summary>
    Reset,
}

/// <summary>What happens to a stream.</summary>
internal enum YamuxStreamEvent
{
    /// <summary>This side sends FIN.</summary>
    LocalEnd,

    /// <summary>The other side has sent FIN.</summary>
    RemoteEnd,

    /// <summary>RST from either side, or the connection has ended.</summary>
    Reset,
}

/// <summary>The arrows of <see cref="YamuxStreamState"/>.</summary>
internal static class YamuxStreamLifecycle
{
    /// <summary>Where an event leads; the same state if it changes nothing.</summary>
    public static YamuxStreamState Next(YamuxStreamState state, YamuxStreamEvent happened) => (state, happened) switch
    {
        (YamuxStreamState.Open, YamuxStreamEvent.LocalEnd) => YamuxStreamState.LocalEnded,
        (YamuxStreamState.Open, YamuxStreamEvent.RemoteEnd) => YamuxStreamState.RemoteEnded,
        (YamuxStreamState.LocalEnded, YamuxStreamEvent.RemoteEnd) => YamuxStreamState.Ended,
        (YamuxStreamState.RemoteEnded, YamuxStreamEvent.LocalEnd) => YamuxStreamState.Ended,
        (YamuxStreamState.Open or YamuxStreamState.LocalEnded or YamuxStreamState.RemoteEnded, YamuxStreamEvent.Reset) => YamuxStreamState.Reset,
        _ => state,
    };

    /// <summary>Whether nothing can happen any more.</summary>
    public static bool IsFinal(YamuxStreamState state) => state is YamuxStreamState.Ended or YamuxStreamState.Reset;
}
