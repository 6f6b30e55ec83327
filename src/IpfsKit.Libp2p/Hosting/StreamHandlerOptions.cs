namespace IpfsKit.Libp2p.Hosting;

/// <summary>The bounds of a stream handler.</summary>
public sealed record StreamHandlerOptions
{
    /// <summary>The most streams of one peer that the handler serves at once; further ones are reset.</summary>
    /// <value>0 for no bound but those of the node, or more. Default: 0.</value>
    public int PerPeer { get; init; }

    /// <summary>The service whose limits the streams count against as well: those that peers open, and those of the same protocol that this side opens. Protocols that belong together share one.</summary>
    /// <value>Any text. Default: none.</value>
    public string? Service { get; init; }

    /// <summary>Whether the protocol is told to others. False for those that others know to be there.</summary>
    /// <value>Default: true.</value>
    public bool IsAdvertised { get; init; } = true;

    /// <summary>Whether its streams end as soon as the host stops, because peers keep them open for what may come; otherwise the host waits for them for the drain timeout.</summary>
    /// <value>Default: false.</value>
    public bool EndsWithHost { get; init; }
}
