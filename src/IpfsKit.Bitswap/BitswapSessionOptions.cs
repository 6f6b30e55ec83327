using IpfsKit.Libp2p.Peers;

namespace IpfsKit.Bitswap;

/// <summary>How one session fetches.</summary>
public sealed record BitswapSessionOptions
{
    /// <summary>Peers that may have the content, the best first. They are asked before anybody else is looked for.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<PeerInfo> Peers { get; init; } = [];

    /// <summary>Whether only <see cref="Peers"/> are asked: nobody else who is connected, and nobody who would have to be found.</summary>
    /// <value>Default: false.</value>
    public bool OnlyThesePeers { get; init; }

    /// <summary>How long nothing may come before what waits fails.</summary>
    /// <value>From 100 ms; <see cref="Timeout.InfiniteTimeSpan"/> for never. Default: 30 s.</value>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long peers have to appear until a block can be found to be nowhere: <see cref="Ipld.IBlockSource.GetAsync"/> is null when every connected peer that is asked has said no, nobody is being connected to, and no provider was found
    /// that has not been tried; for the first of them after this time, for others of the session at once.
    /// </summary>
    /// <value>From 0; <see cref="Timeout.InfiniteTimeSpan"/> to wait for whoever may get the block, as long as <see cref="IdleTimeout"/> allows. Default: 1 s.</value>
    public TimeSpan NotFoundDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most bytes that the session fetches.</summary>
    /// <value>From 1; null for no limit. Default: null.</value>
    public long? MaxBytes { get; init; }

    /// <summary>Told of each block that came: from whom and how large. Called one at a time for a session.</summary>
    public IProgress<FetchedBlock>? Progress { get; init; }
}
