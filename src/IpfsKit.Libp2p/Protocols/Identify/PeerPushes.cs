using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Protocols.Identify;

/// <summary>The pushes of each connected peer: how often they come, and whether one came while the peer was asked. Thread-safe.</summary>
internal sealed class PeerPushes(TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, Peer> _peers = [];

    /// <summary>The peers that have pushed.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _peers.Count;
        }
    }

    /// <summary>Counts a push that begins.</summary>
    /// <param name="peer">Whose it is.</param>
    /// <param name="isFirstRefused">Whether it is the first in the interval that is one too many, so that the peer is to be asked afterwards what it wanted to say.</param>
    /// <returns>False if there were as many in this interval as there may be.</returns>
    public bool TryBegin(PeerId peer, out bool isFirstRefused)
    {
        lock (_lock)
        {
            var state = Of(peer);
            if (timeProvider.GetElapsedTime(state.Start) >= IdentifyProtocol.PushInterval)
                (state.Start, state.Begun) = (timeProvider.GetTimestamp(), 0);
            state.Begun++;
            isFirstRefused = state.Begun == IdentifyProtocol.MaxPushes + 1;
            return state.Begun <= IdentifyProtocol.MaxPushes;
        }
    }

    /// <summary>How many pushes of a peer were taken over; to be given to <see cref="TryApplyAnswer"/>.</summary>
    public long Applied(PeerId peer)
    {
        lock (_lock)
            return _peers.GetValueOrDefault(peer)?.Applied ?? 0;
    }

    /// <summary>Takes a push over.</summary>
    public void Apply(PeerId peer, Action apply)
    {
        Peer state;
        lock (_lock)
            state = Of(peer);
        // What one peer says is taken over one after the other; checking signatures holds up nobody else.
        lock (state.Order)
        {
            apply();
            state.Applied++;
        }
    }

    /// <summary>Takes an answer over, unless a push came since the question: that is newer, or as new.</summary>
    /// <returns>False if one came; nothing was done.</returns>
    public bool TryApplyAnswer(PeerId peer, long applied, Action apply)
    {
        Peer state;
        lock (_lock)
            state = Of(peer);
        lock (state.Order)
        {
            if (state.Applied != applied)
                return false;
            apply();
            return true;
        }
    }

    /// <summary>The peer is not connected any more.</summary>
    public void Forget(PeerId peer)
    {
        lock (_lock)
            _peers.Remove(peer);
    }

    private Peer Of(PeerId peer)
    {
        if (!_peers.TryGetValue(peer, out var state))
            _peers.Add(peer, state = new Peer { Start = timeProvider.GetTimestamp() });
        return state;
    }

    private sealed class Peer
    {
        public Lock Order { get; } = new();

        public long Start { get; set; }

        public int Begun { get; set; }

        /// <summary>Changed under <see cref="Order"/>; a read that is one behind makes the peer be asked once more.</summary>
        public long Applied { get; set; }
    }
}
