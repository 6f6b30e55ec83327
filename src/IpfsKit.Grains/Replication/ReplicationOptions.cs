namespace IpfsKit.Grains.Replication;

/// <summary>How many silos hold content, and how copies are made again that are lost.</summary>
public sealed class ReplicationOptions
{
    /// <summary>The copies that content is to have: one more for what comes in through a master, as long as it is more than one; one for what comes in through a leecher.</summary>
    /// <value>1 to 16. Default: 3, and 1 in a cluster that nobody configured.</value>
    public int? MinFactor { get; set; }

    /// <summary>The copies above which those that nobody reads any more are released.</summary>
    /// <value>From <see cref="MinFactor"/> to 64. Default: one more than that.</value>
    public int? MaxFactor { get; set; }

    /// <summary>The copies of content for which no number was named when its replication was asked for.</summary>
    /// <value>From <see cref="MinFactor"/> to 64. Default: two more than that.</value>
    public int? CriticalFactor { get; set; }

    /// <summary>On how many silos a write must be durable before it is acknowledged, where the caller does not say so.</summary>
    /// <value>A number from 1 to 16, or <c>majority</c> of the factor. Default: the smaller of 2 and the factor.</value>
    public WriteConcern? WriteConcern { get; set; }

    /// <summary>How long a silo may be gone before its copies are made again elsewhere.</summary>
    /// <value>0 to 7 days. Default: 5 min.</value>
    public TimeSpan RepairDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The most roots per second for which a silo has copies made again, and the most damaged blocks per second that it fetches from others.</summary>
    /// <value>1 to 100,000. Default: 50.</value>
    public int RepairsPerSecond { get; set; } = 50;

    /// <summary>How often a silo looks at all roots that it holds; it also does so when a silo has been gone for <see cref="RepairDelay"/>.</summary>
    /// <value>1 s to 7 days. Default: 1 h.</value>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The most roots per second that are looked at.</summary>
    /// <value>1 to 100,000. Default: 500.</value>
    public int SweepPerSecond { get; set; } = 500;

    /// <summary>The most roots that a silo fetches at once because it was told to hold them; others wait.</summary>
    /// <value>1 to 1,024. Default: 16.</value>
    public int MaxConcurrentTransfers { get; set; } = 16;

    /// <summary>How long nothing may come of such a root.</summary>
    /// <value>1 s to 1 h. Default: 30 s.</value>
    public TimeSpan TransferTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often silos tell each other their free space, and whether they are leaving.</summary>
    /// <value>100 ms to 10 min. Default: 5 s.</value>
    public TimeSpan LoadInterval { get; set; } = TimeSpan.FromSeconds(5);
}
