namespace IpfsKit.Libp2p.Hosting;

/// <summary>How something ended; the closed set of the tag <c>outcome</c>.</summary>
internal enum Outcome
{
    /// <summary>As it should.</summary>
    Done,

    /// <summary>This node did not want it: a limit, or the gater.</summary>
    Refused,

    /// <summary>It took too long.</summary>
    Timeout,

    /// <summary>The caller gave up, or somebody else was faster.</summary>
    Cancelled,

    /// <summary>Otherwise.</summary>
    Failed,
}
