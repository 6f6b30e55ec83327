using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap;

/// <summary>Who is served what, and before whom. Called for every want, so it must be quick; thread-safe.</summary>
public interface IServePolicy
{
    /// <summary>Whether a peer may have a block. A peer that may not is told that the block is not here.</summary>
    bool IsAllowed(PeerId peer, in Cid cid);

    /// <summary>The class of a want.</summary>
    ServiceClass Classify(PeerId peer, in Cid cid);
}
