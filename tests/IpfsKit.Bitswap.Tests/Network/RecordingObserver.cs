using System.Collections.Concurrent;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Tests.Network;

/// <summary>Keeps the failures that it is told.</summary>
internal sealed class RecordingObserver : IFetchObserver
{
    public ConcurrentQueue<(PeerId Peer, PeerFailure Failure)> Failures { get; } = [];

    public void Delivered(PeerId peer, int bytes, TimeSpan latency)
    {
    }

    public void Failed(PeerId peer, PeerFailure failure) => Failures.Enqueue((peer, failure));
}
