namespace IpfsKit.Bitswap;

/// <summary>Serving, in the section <c>IpfsKit:Bitswap:Server</c>.</summary>
public sealed class BitswapServerOptions
{
    /// <summary>The most that one peer may want at once. Beyond it the want of the lowest priority goes: one whose block is not here, if there is one, or the new one.</summary>
    /// <value>1 to 65,536. Default: 1,024.</value>
    public int MaxWantsPerPeer { get; set; } = 1024;

    /// <summary>The size up to which a block itself answers the question whether it is here.</summary>
    /// <value>0 to 64 KiB. Default: 1,024 bytes.</value>
    public int InlineBlockBytes { get; set; } = 1024;

    /// <summary>The size up to which blocks are gathered in one message; a larger block is sent alone. With a limit of <see cref="EgressBytesPerSecond"/>, messages take at most 5 ms of it, or 16 KiB.</summary>
    /// <value>1 KiB to 1 MiB. Default: 512 KiB.</value>
    public int TargetMessageBytes { get; set; } = 512 << 10;

    /// <summary>How many messages are made at once. What is on its way to a peer does not count.</summary>
    /// <value>1 to 256. Default: 8.</value>
    public int SendWorkers { get; set; } = 8;

    /// <summary>How many batches of 64 wants are looked for in the store at once.</summary>
    /// <value>1 to 256. Default: 8.</value>
    public int LookupWorkers { get; set; } = 8;

    /// <summary>The most bytes of blocks that are read, and not in the connection's buffer yet, for one peer; a single larger block may be, too.</summary>
    /// <value>16 KiB to 64 MiB. Default: 1 MiB.</value>
    public long MaxOutstandingBytesPerPeer { get; set; } = 1 << 20;

    /// <summary>The same, for all peers together.</summary>
    /// <value>2 MiB to 64 GiB. Default: 128 MiB.</value>
    public long MaxOutstandingBytes { get; set; } = 128 << 20;

    /// <summary>After how long a message may be given up when <see cref="MaxOutstandingBytes"/> is reached and others wait; its peer gets it later. The one that has been under way for longest goes.</summary>
    /// <value>100 ms to 10 min. Default: 5 s.</value>
    public TimeSpan StalledSendTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most bytes that are sent to all peers in a second.</summary>
    /// <value>From 16 KiB; null for no limit. Default: null.</value>
    public long? EgressBytesPerSecond { get; set; }

    /// <summary>The most bytes that are sent to one peer in a second. What is of <see cref="ServiceClass.Cluster"/> does not count.</summary>
    /// <value>From 16 KiB; null for no limit. Default: null.</value>
    public long? EgressBytesPerSecondPerPeer { get; set; }

    /// <summary>The share of <see cref="ServiceClass.Cluster"/>, in relation to the other classes, when all have something to be sent.</summary>
    /// <value>1 to 1,000. Default: 16.</value>
    public int ClusterWeight { get; set; } = 16;

    /// <summary>The share of <see cref="ServiceClass.Pinned"/>.</summary>
    /// <value>1 to 1,000. Default: 4.</value>
    public int PinnedWeight { get; set; } = 4;

    /// <summary>The share of <see cref="ServiceClass.Everyone"/>.</summary>
    /// <value>1 to 1,000. Default: 1.</value>
    public int EveryoneWeight { get; set; } = 1;

    /// <summary>The only peers that are served. The others are told that nothing is here.</summary>
    /// <value>Peer ids; empty for everybody. Default: empty.</value>
    public IList<string> AllowPeers { get; } = [];

    /// <summary>Peers that are not served, also if they are among <see cref="AllowPeers"/>.</summary>
    /// <value>Peer ids. Default: empty.</value>
    public IList<string> DenyPeers { get; } = [];

    /// <summary>Of how many peers that have left it is still known what was exchanged with them.</summary>
    /// <value>0 to 1,048,576. Default: 1,024.</value>
    public int MaxDepartedLedgers { get; set; } = 1024;
}
