namespace IpfsKit.Bitswap;

/// <summary>Streams and messages, in the section <c>IpfsKit:Bitswap:Network</c>.</summary>
public sealed class BitswapNetworkOptions
{
    /// <summary>After how long without a message a stream to a peer ends; the next message opens a new one, which costs no round trip.</summary>
    /// <value>1 s to 1 h. Default: 5 s, as js peers end theirs after 10 s, and what is sent at that moment is lost.</value>
    public TimeSpan OutboundIdleTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long without a message a stream of a peer is reset.</summary>
    /// <value>10 s to 1 h. Default: 1 min.</value>
    public TimeSpan InboundIdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The most streams of one peer that are read at once, of each version of the protocol; further ones are reset. Js peers open one for each message.</summary>
    /// <value>16 to 1,024. Default: 64.</value>
    public int MaxInboundStreamsPerPeer { get; set; } = 64;

    /// <summary>How long a peer that was just connected may take to say that it speaks bitswap.</summary>
    /// <value>100 ms to 1 min. Default: 10 s.</value>
    public TimeSpan IdentifyTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
