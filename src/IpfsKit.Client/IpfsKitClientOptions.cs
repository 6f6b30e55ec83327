namespace IpfsKit.Client;

/// <summary>How the client moves bytes. Bound from the configuration section <c>IpfsKit:Client</c>.</summary>
public sealed class IpfsKitClientOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "IpfsKit:Client";

    /// <summary>The name of the HTTP client; configure it through <see cref="IIpfsKitClientBuilder.HttpClient"/>.</summary>
    public const string HttpClientName = "IpfsKit.Client";

    /// <summary>How long a connection to a data plane may take.</summary>
    /// <value>100 ms to 5 min. Default: 5 s; then the next silo is tried.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a silo may take until it begins to answer a read, or to acknowledge an upload after its last byte.</summary>
    /// <value>100 ms to 1 h. Default: 40 s for the first, more than a silo waits for peers; an upload gets ten times as long, for its commit.</value>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(40);

    /// <summary>How long a read may stand still before the next silo is tried.</summary>
    /// <value>100 ms to 1 h. Default: 40 s.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(40);

    /// <summary>The most verified bytes that a stream holds ahead of its reader; one block more may be on its way.</summary>
    /// <value>64 KiB to 1 GiB. Default: 4 MiB.</value>
    public int ReadAheadBytes { get; set; } = 4 << 20;

    /// <summary>
    /// The bytes of a file that the first request after opening or seeking asks for. Each further request of a reader that goes on asks for
    /// four times as many, so that random access wastes little and sequential access waits seldom.
    /// </summary>
    /// <value>4 KiB to 1 GiB. Default: 1 MiB.</value>
    public int FirstWindowBytes { get; set; } = 1 << 20;

    /// <summary>The largest block that is accepted from a silo, in bytes.</summary>
    /// <value>64 KiB to 8 MiB. Default: 2 MiB, the limit of bitswap.</value>
    public int MaxBlockBytes { get; set; } = 2 << 20;

    /// <summary>How often all silos that hold a content are tried without getting a byte further before a read fails.</summary>
    /// <value>1 to 10. Default: 2; in between the content is located again and <see cref="RetryDelay"/> passes.</value>
    public int ReadRounds { get; set; } = 2;

    /// <summary>How often an upload whose source can be read again is sent.</summary>
    /// <value>1 to 10. Default: 3.</value>
    public int UploadAttempts { get; set; } = 3;

    /// <summary>The wait before a second attempt; it doubles for each further one. A silo that says when to come again is obeyed up to ten times as long.</summary>
    /// <value>0 to 1 min. Default: 200 ms.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether blocks are read through Orleans where no data plane can be reached. That is slower by half or more.</summary>
    /// <value>Default: true.</value>
    public bool AllowGrainFallback { get; set; } = true;
}
