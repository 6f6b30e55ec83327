using System.Runtime.InteropServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Bounds how much of something each peer has at once. Thread-safe; peers that have nothing take no room.</summary>
/// <param name="most">For each peer; 0 for no bound.</param>
internal sealed class PeerCounts(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, int> _counts = [];

    /// <summary>Takes one; false if the peer has as many as it may.</summary>
    public bool TryEnter(PeerId peer)
    {
        if (most == 0)
            return true;
        lock (_lock)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, peer, out _);
            if (count >= most)
                return false;
            count++;
            return true;
        }
    }

    /// <summary>Gives one back.</summary>
    public void Leave(PeerId peer)
    {
        if (most == 0)
            return;
        lock (_lock)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_counts, peer);
            if (--count == 0)
                _counts.Remove(peer);
        }
    }
}
