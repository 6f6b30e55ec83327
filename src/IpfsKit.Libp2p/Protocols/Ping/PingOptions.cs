namespace IpfsKit.Libp2p.Protocols.Ping;

/// <summary>The protocol that measures round trips.</summary>
public sealed class PingOptions
{
    /// <summary>How long an answer may take, and how long a peer may wait between two pings before its stream is reset.</summary>
    /// <value>100 ms to 5 min. Default: 10 s.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most streams on which one peer may ping this host at once.</summary>
    /// <value>1 to 64. Default: 2.</value>
    public int MaxInboundStreamsPerPeer { get; set; } = 2;
}
