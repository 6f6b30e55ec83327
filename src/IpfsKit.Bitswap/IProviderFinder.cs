using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap;

/// <summary>Finds peers that may have content.</summary>
public interface IProviderFinder
{
    /// <summary>Peers that are said to have a block, each as soon as it is known; the best first as far as there is an order. Ends when nobody else is known.</summary>
    IAsyncEnumerable<PeerInfo> FindProvidersAsync(Cid cid, CancellationToken cancellationToken = default);
}
