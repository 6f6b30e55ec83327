namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>How yamux uses a connection, and what it lets the other side do.</summary>
public sealed class YamuxOptions
{
    /// <summary>What a stream may have in flight at the start, as the protocol says, in bytes.</summary>
    internal const int InitialWindowBytes = 256 * 1024;

    /// <summary>The time over which <see cref="MaxPings"/>, <see cref="MaxResets"/>, <see cref="MaxRefusedStreams"/> and <see cref="MaxSilentStreams"/> count.</summary>
    internal static readonly TimeSpan FloodInterval = TimeSpan.FromSeconds(10);

    /// <summary>The most that the other side may have in flight on one stream once its window has grown with bandwidth and round trip time. Every growth is reserved in the memory of the connection.</summary>
    /// <value>256 KiB to 1 GiB; default 16 MiB.</value>
    public int MaxStreamWindowBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>The greatest send buffer of a connection. There are two while it is busy and none while it is idle.</summary>
    /// <value>128 KiB to 16 MiB, a power of two; default 512 KiB.</value>
    public int MaxSendBufferBytes { get; set; } = 512 * 1024;

    /// <summary>Streams that the other side may have open; further ones are reset. The resource manager of the host may allow fewer.</summary>
    /// <value>1 to 1,048,576; default 1,024.</value>
    public int MaxInboundStreams { get; set; } = 1024;

    /// <summary>Streams of the other side that wait to be accepted; further ones are reset.</summary>
    /// <value>1 to 65,536; default 256.</value>
    public int MaxAcceptBacklog { get; set; } = 256;

    /// <summary>Streams of this side that the other side has not accepted yet; opening another one waits until it accepts one, or one ends.</summary>
    /// <value>1 to 65,536; default 256.</value>
    public int MaxUnacknowledgedStreams { get; set; } = 256;

    /// <summary>How many may wait to open a stream; for further ones it fails.</summary>
    /// <value>1 to 65,536; default 1,024.</value>
    public int MaxWaitingStreams { get; set; } = 1024;

    /// <summary>How long opening a stream waits for the other side to accept others; then it fails.</summary>
    /// <value>100 ms to 1 hour; default 10 s.</value>
    public TimeSpan OpenTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a ping is sent, to measure the round trip and to notice that the other side is gone.</summary>
    /// <value>100 ms to 1 hour; default 30 s.</value>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the other side may say nothing at all, its answer included, once it was sent a ping.</summary>
    /// <value>100 ms to <see cref="KeepAliveInterval"/>; default 10 s.</value>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one send of at most <see cref="MaxSendBufferBytes"/> may take; smaller ones are made where they take long.</summary>
    /// <value>100 ms to 1 hour; default 10 s.</value>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a closed connection waits for the other side to close its end.</summary>
    /// <value>0 to 1 minute; default 1 s.</value>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Pings of the other side in 10 seconds; more end the connection.</summary>
    /// <value>1 to 1,048,576; default 256.</value>
    public int MaxPings { get; set; } = 256;

    /// <summary>Streams that the other side resets in 10 seconds; more end the connection.</summary>
    /// <value>1 to 1,048,576; default 8,192.</value>
    public int MaxResets { get; set; } = 8192;

    /// <summary>Streams of the other side that are refused in 10 seconds; more end the connection.</summary>
    /// <value>1 to 1,048,576; default 2,048.</value>
    public int MaxRefusedStreams { get; set; } = 2048;

    /// <summary>Streams that the other side opens and resets in 10 seconds without a byte on them; more end the connection. They cost this side more than the other one, and nobody needs them.</summary>
    /// <value>1 to 1,048,576; default 256.</value>
    public int MaxSilentStreams { get; set; } = 256;
}
