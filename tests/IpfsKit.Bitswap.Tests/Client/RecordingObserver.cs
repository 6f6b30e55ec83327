using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Tests.Client;

/// <summary>Remembers what it was told.</summary>
internal sealed class RecordingObserver : IFetchObserver
{
    private readonly Lock _lock = new();
    private readonly List<(PeerId Peer, int Bytes, TimeSpan Latency)> _delivered = [];
    private readonly List<(PeerId Peer, PeerFailure Failure)> _failed = [];

    public IReadOnlyList<(PeerId Peer, int Bytes, TimeSpan Latency)> Deliveries
    {
        get
        {
            lock (_lock)
                return [.. _delivered];
        }
    }

    public IReadOnlyList<(PeerId Peer, PeerFailure Failure)> Failures
    {
        get
        {
            lock (_lock)
                return [.. _failed];
        }
    }

    public void Delivered(PeerId peer, int bytes, TimeSpan latency)
    {
        lock (_lock)
            _delivered.Add((peer, bytes, latency));
    }

    public void Failed(PeerId peer, PeerFailure failure)
    {
        lock (_lock)
            _failed.Add((peer, failure));
    }
}
