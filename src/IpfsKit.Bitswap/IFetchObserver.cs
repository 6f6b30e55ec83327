using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap;

/// <summary>Learns how peers behave. Called for every block, so it must be quick; thread-safe.</summary>
public interface IFetchObserver
{
    /// <summary>A peer sent a block that was wanted.</summary>
    /// <param name="peer">Which.</param>
    /// <param name="bytes">The block's size.</param>
    /// <param name="latency">From the want until the block was here.</param>
    void Delivered(PeerId peer, int bytes, TimeSpan latency);

    /// <summary>A peer failed.</summary>
    /// <param name="peer">Which.</param>
    /// <param name="failure">How.</param>
    void Failed(PeerId peer, PeerFailure failure);
}
