namespace IpfsKit.Libp2p.Dialing;

/// <summary>How the host dials.</summary>
public sealed class DialOptions
{
    /// <summary>How long one address may take, upgrade included.</summary>
    /// <value>1 s to 5 min. Default: 15 s.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long dialling one peer may take: names that are resolved, and all addresses that are tried.</summary>
    /// <value>1 s to 10 min. Default: 60 s.</value>
    public TimeSpan PeerTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long an address of a private network may take.</summary>
    /// <value>100 ms to 5 min. Default: 5 s.</value>
    public TimeSpan PrivateTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The head start of an address before the next one of the peer is tried beside it.</summary>
    /// <value>0 to 10 s. Default: 250 ms.</value>
    public TimeSpan Stagger { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The same for addresses of private networks.</summary>
    /// <value>0 to 10 s. Default: 30 ms.</value>
    public TimeSpan PrivateStagger { get; set; } = TimeSpan.FromMilliseconds(30);

    /// <summary>How much later addresses over relays are tried.</summary>
    /// <value>0 to 10 s. Default: 500 ms.</value>
    public TimeSpan RelayDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The most dials at once that take a socket; further ones wait.</summary>
    /// <value>1 to 16,384. Default: 160.</value>
    public int MaxConcurrentDials { get; set; } = 160;

    /// <summary>The most dials at once to one peer.</summary>
    /// <value>1 to 64. Default: 8.</value>
    public int MaxConcurrentDialsPerPeer { get; set; } = 8;

    /// <summary>The most addresses that one dial tries, best first of those that it knows at the time. What a caller who joins it adds beyond that is tried after it.</summary>
    /// <value>1 to 1,024. Default: 64.</value>
    public int MaxAddresses { get; set; } = 64;

    /// <summary>How long an address that failed is left alone; doubled by each further failure.</summary>
    /// <value>0 (never left alone) to 1 h. Default: 5 s.</value>
    public TimeSpan Backoff { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest that it is left alone.</summary>
    /// <value>At least <see cref="Backoff"/>, to 1 day. Default: 5 min.</value>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromMinutes(5);
}
