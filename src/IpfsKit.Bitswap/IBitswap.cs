using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap;

/// <summary>Exchanges blocks with peers. Registered by <c>AddBitswap</c>.</summary>
public interface IBitswap
{
    /// <summary>What was exchanged since the start.</summary>
    BitswapStatistics Statistics { get; }

    /// <summary>The peers that speak bitswap and are connected.</summary>
    IReadOnlyList<PeerId> Peers { get; }

    /// <summary>What is wanted from others at the moment.</summary>
    IReadOnlyList<Cid> Wantlist { get; }

    /// <summary>Begins to fetch a DAG; nobody is asked for anything before the first block is.</summary>
    /// <param name="root">The DAG's root, or any block of it.</param>
    /// <param name="options">How; null for the defaults.</param>
    IBitswapSession CreateSession(Cid root, BitswapSessionOptions? options = null);

    /// <summary>What was exchanged with a peer, also before its connection broke off; null if nothing was.</summary>
    BitswapLedger? GetLedger(PeerId peer);

    /// <summary>What a peer wants from this node.</summary>
    IReadOnlyList<Cid> GetWantlist(PeerId peer);

    /// <summary>Tells the server that blocks are here now, so that who waits for them gets them. Blocks that sessions fetch are told by themselves.</summary>
    void NotifyNewBlocks(IReadOnlyList<Cid> cids);
}
