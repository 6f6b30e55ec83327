namespace IpfsKit.Libp2p.Hosting;

/// <summary>Streams and their handlers.</summary>
public sealed class StreamOptions
{
    /// <summary>How long agreeing on a stream's protocol may take.</summary>
    /// <value>100 ms to 5 min. Default: 10 s.</value>
    public TimeSpan NegotiationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most handlers that run at once; further streams are reset.</summary>
    /// <value>1 to 1,048,576. Default: 4,096.</value>
    public int MaxConcurrentHandlers { get; set; } = 4096;
}
