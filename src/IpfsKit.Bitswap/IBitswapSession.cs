using IpfsKit.Ipld;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap;

/// <summary>Fetches the blocks of one DAG from peers. Thread-safe; blocks that are asked for at the same time are fetched beside each other.</summary>
/// <remarks>
/// <see cref="IBlockSource.GetAsync"/> looks into the store of the node first, asks peers then, and waits until one delivers. It ends with null when everybody who can be asked has said no
/// (<see cref="BitswapSessionOptions.NotFoundDelay"/>); with <see cref="FetchTimeoutException"/> when nothing came of the session for <see cref="BitswapSessionOptions.IdleTimeout"/>; or when it is cancelled. Then the peers are told that
/// the block is wanted no longer, unless others wait for it. Blocks are verified before they are given out. Disposing ends all that waits, with <see cref="ObjectDisposedException"/>.
/// </remarks>
public interface IBitswapSession : IBlockSource, IAsyncDisposable
{
    /// <summary>The root of the DAG.</summary>
    Cid Root { get; }

    /// <summary>What the session has done so far.</summary>
    SessionStatistics Statistics { get; }

    /// <summary>Adds a peer that may have the content. It is connected to if need be; that it cannot be reached is no error of this call.</summary>
    void AddPeer(PeerInfo peer);

    /// <summary>Completes when every block that was received so far is in the store as safely as the store promises; also after it was disposed.</summary>
    /// <exception cref="StorageFullException">There is no room.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);
}
