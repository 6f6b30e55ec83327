using IpfsKit.Libp2p.Hosting;

namespace IpfsKit.Libp2p.Connections;

/// <summary>How many connections the host keeps. Beyond the high-water mark it closes the least useful ones, down to the low-water mark.</summary>
public sealed class ConnectionManagerOptions
{
    /// <summary>How many connections trimming leaves.</summary>
    /// <value>0 to <see cref="HighWater"/>. Default: that of <see cref="Libp2pOptions.Role"/>: 50, 100 or 20.</value>
    public int? LowWater { get; set; }

    /// <summary>Beyond how many connections trimming begins.</summary>
    /// <value>1 to 1,048,576. Default: that of <see cref="Libp2pOptions.Role"/>: 200, 400 or 100.</value>
    public int? HighWater { get; set; }

    /// <summary>How old a connection must be before it may be trimmed.</summary>
    /// <value>0 to 1 h. Default: that of <see cref="Libp2pOptions.Role"/>: 20, 30 or 10 seconds.</value>
    public TimeSpan? GracePeriod { get; set; }

    /// <summary>The least time between two trims.</summary>
    /// <value>0 to 1 h. Default: 10 s.</value>
    public TimeSpan SilencePeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whom not to talk to, and from where.</summary>
    /// <value>Peer ids and CIDRs such as <c>203.0.113.0/24</c>. Default: none.</value>
    public IList<string> Deny { get; set; } = [];

    /// <summary>Whom alone to talk to, and from where.</summary>
    /// <value>Peer ids and CIDRs. Default: none, so that everybody is welcome who is not denied.</value>
    public IList<string> Allow { get; set; } = [];
}
