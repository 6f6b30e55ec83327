namespace IpfsKit.Bitswap;

/// <summary>Fetching, in the section <c>IpfsKit:Bitswap:Client</c>.</summary>
public sealed class BitswapClientOptions
{
    /// <summary>The most sessions at once; one more is <see cref="FetchLimitException"/>.</summary>
    /// <value>From 1. Default: 4,096.</value>
    public int MaxSessions { get; set; } = 4096;

    /// <summary>The most blocks that a session waits for at once; one more is <see cref="FetchLimitException"/>.</summary>
    /// <value>From 1. Default: 16,384.</value>
    public int MaxWantsPerSession { get; set; } = 16_384;

    /// <summary>The most peers that a session fetches from; others that have the content are left alone.</summary>
    /// <value>1 to 1,024. Default: 64.</value>
    public int MaxPeersPerSession { get; set; } = 64;

    /// <summary>The most blocks that are asked of a peer at once, over all sessions.</summary>
    /// <value>16 to 65,536. Default: 1,024, which is how many boxo and Helia remember.</value>
    public int MaxWantsPerPeer { get; set; } = 1024;

    /// <summary>How many blocks of a session are asked of a peer before anything is known about its bandwidth.</summary>
    /// <value>2 to <see cref="MaxWindow"/>. Default: 16.</value>
    public int InitialWindow { get; set; } = 16;

    /// <summary>The most blocks of a session that are asked of a peer at once.</summary>
    /// <value>2 to <see cref="MaxWantsPerPeer"/>. Default: 512.</value>
    public int MaxWindow { get; set; } = 512;

    /// <summary>The most bytes that are asked of a peer at once, as far as the sizes of blocks can be foreseen.</summary>
    /// <value>From 1 MiB. Default: 16 MiB.</value>
    public long MaxWindowBytes { get; set; } = 16 << 20;

    /// <summary>The most peers of a session that are asked whether they have a block while another is asked for it.</summary>
    /// <value>0 to 1,024. Default: 16.</value>
    public int MaxFanOut { get; set; } = 16;

    /// <summary>The most connected peers that are asked whether they have a block that no peer of the session has: near ones, preferred ones, and those that delivered before.</summary>
    /// <value>0 to 4,096. Default: 64.</value>
    public int MaxBroadcastPeers { get; set; } = 64;

    /// <summary>The most other connected peers that are asked thereafter.</summary>
    /// <value>0 to 4,096. Default: 16.</value>
    public int MaxBroadcastStrangers { get; set; } = 16;

    /// <summary>How long the others are left in peace.</summary>
    /// <value>0 to 1 min. Default: 1 s.</value>
    public TimeSpan StrangerDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long nobody has a block before everybody is asked once more; doubles each time, up to a minute.</summary>
    /// <value>1 s to 1 min. Default: 10 s.</value>
    public TimeSpan RebroadcastInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most providers that one search takes.</summary>
    /// <value>1 to 1,024. Default: 10.</value>
    public int MaxProviders { get; set; } = 10;

    /// <summary>The most peers that a session connects to at once.</summary>
    /// <value>1 to 256. Default: 8.</value>
    public int MaxConcurrentConnects { get; set; } = 8;

    /// <summary>The most bytes of blocks that have come and are not in the store yet. Nothing more is read from peers then.</summary>
    /// <value>From 4 MiB. Default: 64 MiB.</value>
    public long MaxUnstoredBytes { get; set; } = 64 << 20;

    /// <summary>How many blocks are hashed at once.</summary>
    /// <value>0 to 1,024; 0 for the number of processors. Default: 0.</value>
    public int Verifiers { get; set; }

    /// <summary>After how many blocks in a row that it does not have a peer leaves a session.</summary>
    /// <value>1 to 1,024. Default: 16.</value>
    public int MissesBeforeLeaving { get; set; } = 16;
}
