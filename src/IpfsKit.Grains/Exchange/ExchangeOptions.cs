namespace IpfsKit.Grains.Exchange;

/// <summary>Content that is not here: how it is looked for and fetched.</summary>
public sealed class ExchangeOptions
{
    /// <summary>How often the other silos of the cluster are looked at, and connected to if they are not.</summary>
    /// <value>100 ms to 1 h. Default: 5 s.</value>
    public TimeSpan SiblingInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most silos that are asked for a block of which nobody knows where it is.</summary>
    /// <value>0 to 1,024. Default: 32.</value>
    public int MaxSiblingsAsked { get; set; } = 32;

    /// <summary>How long nothing may come of what a read waits for before the read fails.</summary>
    /// <value>100 ms to 1 h. Default: 30 s.</value>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The same where there is nobody to ask but the silos of the cluster.</summary>
    /// <value>100 ms to 1 h. Default: 5 s.</value>
    public TimeSpan SiblingTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most bytes that one read fetches from others.</summary>
    /// <value>From 1. Default: none.</value>
    public long? MaxReadBytes { get; set; }

    /// <summary>The most fetches at once; further ones are refused.</summary>
    /// <value>1 to 1,024. Default: 16.</value>
    public int MaxConcurrentFetches { get; set; } = 16;

    /// <summary>The most bytes that a fetch asks for before they are here, as far as the sizes of blocks can be foreseen.</summary>
    /// <value>1 MiB to 1 GiB. Default: 32 MiB.</value>
    public int MaxFetchAheadBytes { get; set; } = 32 << 20;

    /// <summary>How long blocks stay that were fetched for a read, or by a fetch that did not come to its end, so that another goes on from there. What belongs to a root stays anyway.</summary>
    /// <value>0 to 1 day. Default: 1 h.</value>
    public TimeSpan PartialRetention { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often is written down how peers behaved.</summary>
    /// <value>100 ms to 1 h. Default: 10 s.</value>
    public TimeSpan ProviderReportInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most peers whose behaviour waits to be written down; what others do meanwhile is not counted.</summary>
    /// <value>16 to 65,536. Default: 1,024.</value>
    public int MaxReportedPeers { get; set; } = 1024;
}
