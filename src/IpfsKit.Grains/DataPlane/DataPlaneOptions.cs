namespace IpfsKit.Grains.DataPlane;

/// <summary>Where a silo's data plane listens, and its bounds.</summary>
public sealed class DataPlaneOptions
{
    /// <summary>The port that is tried first where none is configured; in use, a free one is taken.</summary>
    public const int DefaultPort = 5080;

    /// <summary>Where it listens.</summary>
    /// <value>An address and a port, such as <c>0.0.0.0:5080</c>, port 0 for a free one; default <c>127.0.0.1:5080</c>, or a free port if that is in use.</value>
    public string? ListenAddress { get; set; }

    /// <summary>The address that clients are given, where it differs from the one that is listened on: a name, a proxy.</summary>
    /// <value>An absolute http or https address; default derived from <see cref="ListenAddress"/>.</value>
    public Uri? PublicAddress { get; set; }

    /// <summary>The most open connections; further ones are closed at once.</summary>
    /// <value>1 to 65,536. Default: 1,024.</value>
    public int MaxConnections { get; set; } = 1024;

    /// <summary>The most reads at once; further ones are answered with 503 and <see cref="RetryAfter"/>.</summary>
    /// <value>1 to 65,536. Default: 256. Each holds a few blocks.</value>
    public int MaxConcurrentReads { get; set; } = 256;

    /// <summary>The most uploads at once; further ones are answered with 503 and <see cref="RetryAfter"/>.</summary>
    /// <value>1 to 1,024. Default: 8. Each holds up to four times <see cref="UploadBatchBytes"/>.</value>
    public int MaxConcurrentUploads { get; set; } = 8;

    /// <summary>How long a client that was turned away is asked to wait.</summary>
    /// <value>1 s to 1 h, whole seconds. Default: 1 s.</value>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The most bytes of one upload, whatever its ticket says.</summary>
    /// <value>From 1. Default: no bound but the ticket's and the disk's.</value>
    public long MaxUploadBytes { get; set; } = long.MaxValue;

    /// <summary>The bytes that one upload gathers before it appends and syncs them together.</summary>
    /// <value>1 MiB to 256 MiB. Default: 8 MiB.</value>
    public int UploadBatchBytes { get; set; } = 8 << 20;

    /// <summary>The least rate, in bytes per second over <see cref="MinRateGrace"/>, below which a client is cut off, in either direction.</summary>
    /// <value>0 (none) to 1 GiB. Default: 240.</value>
    public int MinBytesPerSecond { get; set; } = 240;

    /// <summary>How long a client may fall below <see cref="MinBytesPerSecond"/>.</summary>
    /// <value>2 s to 1 h. Default: 30 s.</value>
    public TimeSpan MinRateGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may take to send the head of a request.</summary>
    /// <value>1 s to 1 h. Default: 30 s.</value>
    public TimeSpan RequestHeadersTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection without a request stays open.</summary>
    /// <value>1 s to 1 h. Default: 2 min.</value>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The most files, directories and symbolic links of one uploaded tree.</summary>
    /// <value>From 1. Default: 1,000,000. Each takes some 200 bytes of memory until its directory is finished.</value>
    public int MaxTreeEntries { get; set; } = 1_000_000;

    /// <summary>The most directories between the root of an uploaded tree and an entry.</summary>
    /// <value>1 to 1,024. Default: 256.</value>
    public int MaxTreeDepth { get; set; } = 256;

    /// <summary>The largest block that is imported where a client allows large blocks; otherwise the limit is 2 MiB.</summary>
    /// <value>2 MiB to 8 MiB. Default: 2 MiB, so that large blocks are refused: they cannot be exchanged over bitswap.</value>
    public int MaxImportBlockBytes { get; set; } = 2 << 20;

    /// <summary>The most roots of an imported CAR.</summary>
    /// <value>1 to 65,536. Default: 1,024.</value>
    public int MaxImportRoots { get; set; } = 1024;

    /// <summary>The most blocks of the DAGs of all roots of an imported CAR; one that several roots reach counts for each.</summary>
    /// <value>From 1. Default: 16,777,216; the check takes about 100 bytes of memory for each.</value>
    public long MaxImportDagBlocks { get; set; } = 1L << 24;

    /// <summary>The most uploads whose outcome is remembered for clients that lost their connection.</summary>
    /// <value>1 to 1,048,576. Default: 1,024, each for ten minutes.</value>
    public int MaxRememberedUploads { get; set; } = 1024;
}
