using System.Collections.Immutable;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>The table of connections. Thread-safe.</summary>
/// <remarks>Two peers that dial each other at the same time have two connections; both are kept, and each side's new streams use the one it finds best. Trimming takes both.</remarks>
internal sealed partial class Swarm(ILogger<Swarm> logger) : ITrimmable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, ImmutableArray<Session>> _peers = [];

    // What has happened to a peer and was not told yet, in its order; there is an entry while somebody is telling it.
    private readonly Dictionary<PeerId, Queue<Change>> _untold = [];
    private int _count;
    private bool _isClosed;

    /// <summary>A connection was added, with whether it is the peer's first.</summary>
    /// <remarks>The events of one peer come one after the other, in the order in which it happened, outside the lock; while one is handled, what happens next is told by whoever is telling it.</remarks>
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
        bool isTelling;
        lock (_lock)
        {
            if (_isClosed)
                return false;
            var sessions = _peers.GetValueOrDefault(session.RemotePeer, []);
            _peers[session.RemotePeer] = sessions.Add(session);
            _count++;
            isTelling = Enqueue(new Change(session, IsAdded: true, sessions.IsEmpty));
        }

        if (isTelling)
            Tell(session.RemotePeer);
        return true;
    }

    /// <summary>Removes a connection that was added. It is gone when this returns; the task completes when that was told.</summary>
    public Task RemoveAsync(Session session)
    {
        bool isTelling;
        Change change;
        lock (_lock)
        {
            var sessions = _peers[session.RemotePeer].Remove(session);
            if (sessions.IsEmpty)
                _peers.Remove(session.RemotePeer);
            else
                _peers[session.RemotePeer] = sessions;
            _count--;
            change = new Change(session, IsAdded: false, sessions.IsEmpty);
            isTelling = Enqueue(change);
        }

        if (isTelling)
            Tell(session.RemotePeer);
        return change.Told.Task;
    }

    /// <summary>The connection of a peer on which new streams are opened; null if there is none, or none that still takes any.</summary>
    public Session? Find(PeerId peer) => Get(peer) is [{ IsClosing: false } session, ..] ? session : null;

    /// <summary>The connections of a peer, best first: those that take streams before those that are closing, direct ones before relayed ones, then those that are in use, then the oldest, which both sides are likely to choose.</summary>
    public IReadOnlyList<Session> Get(PeerId peer)
    {
        ImmutableArray<Session> sessions;
        lock (_lock)
            sessions = _peers.GetValueOrDefault(peer, []);
        return sessions.Length < 2
            ? sessions
            : [.. sessions.OrderBy(session => session.IsClosing).ThenBy(session => session.RemoteAddress.IsRelayed()).ThenByDescending(session => session.StreamCount).ThenBy(session => session.Opened)];
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

    // Under the lock. True if the caller is the one who tells it.
    private bool Enqueue(Change change)
    {
        if (_untold.TryGetValue(change.Session.RemotePeer, out var untold))
        {
            untold.Enqueue(change);
            return false;
        }

        _untold.Add(change.Session.RemotePeer, new Queue<Change>([change]));
        return true;
    }

    private void Tell(PeerId peer)
    {
        while (true)
        {
            Change? change;
            lock (_lock)
            {
                if (!_untold[peer].TryDequeue(out change))
                {
                    _untold.Remove(peer);
                    return;
                }
            }

            try
            {
                (change.IsAdded ? Added : Removed)?.Invoke(change.Session, change.IsEdge);
            }
#pragma warning disable CA1031 // What is told next must not be lost for it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogNotTold(logger, peer, e);
            }

            change.Told.SetResult();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A change of the connections of {PeerId} was not handled.")]
    private static partial void LogNotTold(ILogger logger, PeerId peerId, Exception exception);

    /// <summary>A connection came or went; <paramref name="IsEdge"/> if it was the peer's first or last.</summary>
    private sealed record Change(Session Session, bool IsAdded, bool IsEdge)
    {
        public TaskCompletionSource Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
