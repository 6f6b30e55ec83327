using System.Collections.Immutable;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>The table of connections. Thread-safe.</summary>
/// <remarks>Two peers that dial each other at the same time have two connections; both are kept, and each side's new streams use the one it finds best. Trimming takes both.</remarks>
internal sealed class Swarm : ITrimmable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, ImmutableArray<Session>> _peers = [];
    private int _count;
    private bool _isClosed;

    /// <summary>A connection was added, with whether it is the peer's first. Raised in the order in which it happens for one peer, outside the lock.</summary>
    public event Action<Session, bool>? Added;

    /// <summary>A connection was removed, with whether it was the peer's last.</summary>
    public event Action<Session, bool>? Removed;

    /// <inheritdoc/>
    public int ConnectionCount => Volatile.Read(ref _count);

    /// <summary>All connections.</summary>
    public IReadOnlyList<Session> Sessions
    {
        get
        {
            lock (_lock)
                return [.. _peers.Values.SelectMany(sessions => sessions)];
        }
    }

    /// <summary>The peers that have any.</summary>
    public IReadOnlyList<PeerId> Peers
    {
        get
        {
            lock (_lock)
                return [.. _peers.Keys];
        }
    }

    /// <summary>Adds a connection.</summary>
    /// <returns>False if the swarm is closed: the connection is not wanted.</returns>
    public bool TryAdd(Session session)
    {
        bool isFirst;
        lock (_lock)
        {
            if (_isClosed)
                return false;
            var sessions = _peers.GetValueOrDefault(session.RemotePeer, []);
            isFirst = sessions.IsEmpty;
            _peers[session.RemotePeer] = sessions.Add(session);
            _count++;
        }

        Added?.Invoke(session, isFirst);
        return true;
    }

    /// <summary>Removes a connection that was added.</summary>
    public void Remove(Session session)
    {
        bool isLast;
        lock (_lock)
        {
            var sessions = _peers[session.RemotePeer].Remove(session);
            isLast = sessions.IsEmpty;
            if (isLast)
                _peers.Remove(session.RemotePeer);
            else
                _peers[session.RemotePeer] = sessions;
            _count--;
        }

        Removed?.Invoke(session, isLast);
    }

    /// <summary>The connections of a peer, best first: direct ones before relayed ones, then those that are in use, then the oldest, which both sides are likely to choose.</summary>
    public IReadOnlyList<Session> Get(PeerId peer)
    {
        ImmutableArray<Session> sessions;
        lock (_lock)
            sessions = _peers.GetValueOrDefault(peer, []);
        return sessions.Length < 2
            ? sessions
            : [.. sessions.OrderBy(session => session.RemoteAddress.IsRelayed()).ThenByDescending(session => session.StreamCount).ThenBy(session => session.Opened)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<TrimCandidate> GetPeers()
    {
        lock (_lock)
        {
            return
            [
                .. _peers.Select(item => new TrimCandidate(
                    item.Key,
                    item.Value.Length,
                    item.Value.Max(session => session.Opened),
                    item.Value.Sum(session => session.StreamCount),
                    Score: 0,
                    item.Value.All(session => session.Direction == ConnectionDirection.Inbound),
                    IsProtected: false)),
            ];
        }
    }

    /// <inheritdoc/>
    public async Task<int> CloseAsync(PeerId peer, CancellationToken cancellationToken)
    {
        var sessions = Get(peer);
        await Task.WhenAll(sessions.Select(session => session.CloseAsync(cancellationToken))).ConfigureAwait(false);
        return sessions.Count;
    }

    /// <summary>Takes no more connections.</summary>
    /// <returns>Those that there are.</returns>
    public IReadOnlyList<Session> Close()
    {
        lock (_lock)
            _isClosed = true;
        return Sessions;
    }
}
