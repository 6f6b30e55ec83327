namespace IpfsKit.Libp2p.Addresses;

/// <summary>Which of its addresses the host tells others.</summary>
public sealed class AddressOptions
{
    /// <summary>Addresses to tell instead of those that were found.</summary>
    /// <value>Multiaddrs. Default: none, so that those of the listeners and those that peers observed are told.</value>
    public IList<string> Announce { get; set; } = [];

    /// <summary>Addresses to tell besides.</summary>
    /// <value>Multiaddrs. Default: none.</value>
    public IList<string> AppendAnnounce { get; set; } = [];

    /// <summary>Addresses not to tell.</summary>
    /// <value>Multiaddrs, or networks such as <c>10.0.0.0/8</c> and <c>/ip4/10.0.0.0/ipcidr/8</c>. Default: none.</value>
    public IList<string> NoAnnounce { get; set; } = [];

    /// <summary>How many parties, told apart by their networks, must have observed an address before it is told to others.</summary>
    /// <value>1 to 64. Default: 4.</value>
    public int ObservationThreshold { get; set; } = 4;

    /// <summary>How long an observation counts after the connection over which it was made has ended.</summary>
    /// <value>1 min to 1 day. Default: 40 min.</value>
    public TimeSpan ObservationLifetime { get; set; } = TimeSpan.FromMinutes(40);

    /// <summary>The most observed addresses that are told to others.</summary>
    /// <value>1 to 64. Default: 8.</value>
    public int MaxObservedAddresses { get; set; } = 8;

    /// <summary>The most observations that are remembered; the oldest go first.</summary>
    /// <value>16 to 65,536. Default: 1,024.</value>
    public int MaxObservations { get; set; } = 1024;
}
