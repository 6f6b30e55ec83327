namespace IpfsKit.Libp2p.Peers;

/// <summary>What the host remembers of peers.</summary>
public sealed class PeerStoreOptions
{
    /// <summary>The file in which it is kept.</summary>
    /// <value>A path. Default: none, so that it is forgotten at the end of the process.</value>
    public string? Path { get; set; }

    /// <summary>How long after a change the file is written.</summary>
    /// <value>100 ms to 1 h. Default: 30 s.</value>
    public TimeSpan SaveDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most peers; those that were not seen for the longest go first, connected and protected ones never.</summary>
    /// <value>16 to 16,777,216. Default: 100,000.</value>
    public int MaxPeers { get; set; } = 100_000;

    /// <summary>The most addresses of a peer; those that expire first go first.</summary>
    /// <value>1 to 1,024. Default: 64.</value>
    public int MaxAddressesPerPeer { get; set; } = 64;

    /// <summary>The most addresses of all peers that are not connected.</summary>
    /// <value>16 to 16,777,216. Default: 1,000,000.</value>
    public int MaxAddresses { get; set; } = 1_000_000;

    /// <summary>The most protocols of a peer; more than that are not stored.</summary>
    /// <value>1 to 16,384. Default: 1,024.</value>
    public int MaxProtocolsPerPeer { get; set; } = 1024;

    /// <summary>The most signed records; the peers seen longest ago lose theirs first.</summary>
    /// <value>16 to 16,777,216. Default: 100,000.</value>
    public int MaxSignedRecords { get; set; } = 100_000;

    /// <summary>The most entries of metadata of a peer.</summary>
    /// <value>0 to 1,024. Default: 16.</value>
    public int MaxMetadataPerPeer { get; set; } = 16;

    /// <summary>The largest entry of metadata.</summary>
    /// <value>Bytes, 0 to 65,536. Default: 1 KiB.</value>
    public int MaxMetadataBytes { get; set; } = 1024;

    /// <summary>How long the addresses of a peer are kept after it was connected.</summary>
    /// <value>1 min to 365 days. Default: 30 min.</value>
    public TimeSpan RecentlyConnectedLifetime { get; set; } = TimeSpan.FromMinutes(30);
}
