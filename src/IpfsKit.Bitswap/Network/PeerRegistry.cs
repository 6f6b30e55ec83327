using System.Collections.Concurrent;
using IpfsKit.Bitswap.Messages;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Network;

/// <summary>Knows which connected peers speak bitswap: those that say so, and those that just do. Thread-safe.</summary>
/// <remarks>Identify says what a peer speaks some time after it has connected, and whenever that changes. A peer that opens a stream of bitswap before has joined with it: what it wants must not be lost.</remarks>
internal sealed partial class PeerRegistry(ILibp2pHost host, Func<BitswapPeer, PeerEntry> create, ILogger logger)
{
    // Guards changes, and that there is one event at a time.
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<PeerId, PeerEntry> _entries = new();
    private readonly HashSet<PeerId> _identified = [];
    private readonly Dictionary<PeerId, TaskCompletionSource<BitswapPeer?>> _awaited = [];
    private volatile BitswapPeer[] _peers = [];
    private bool _isStopped;

    /// <inheritdoc cref="IBitswapNetwork.PeerJoined"/>
    public event Action<BitswapPeer>? Joined;

    /// <inheritdoc cref="IBitswapNetwork.PeerLeft"/>
    public event Action<BitswapPeer>? Left;

    /// <summary>What was made for a peer that has left.</summary>
    public event Action<PeerEntry>? Ended;

    /// <inheritdoc cref="IBitswapNetwork.Peers"/>
    public IReadOnlyList<BitswapPeer> Peers => _peers;

    /// <summary>Those who have joined.</summary>
    public IEnumerable<PeerEntry> Entries => _entries.Values;

    /// <summary>Who has joined; null if the peer has not.</summary>
    public PeerEntry? Find(PeerId peer) => _entries.GetValueOrDefault(peer);

    /// <summary>Begins to watch the host.</summary>
    public void Start()
    {
        host.PeerConnected += OnConnected;
        host.PeerIdentified += OnIdentified;
        host.PeerDisconnected += OnDisconnected;
        foreach (var peer in host.ConnectedPeers)
        {
            lock (_lock)
            {
                if (host.PeerStore.GetProtocols(peer).Count > 0)
                    _identified.Add(peer);
                Update(peer);
            }
        }
    }

    /// <summary>Stops; everybody has left.</summary>
    public void Stop()
    {
        host.PeerConnected -= OnConnected;
        host.PeerIdentified -= OnIdentified;
        host.PeerDisconnected -= OnDisconnected;
        lock (_lock)
        {
            _isStopped = true;
            foreach (var entry in _entries.Values.ToArray())
                Remove(entry);
            foreach (var awaited in _awaited.Values)
                awaited.TrySetResult(null);
            _awaited.Clear();
        }
    }

    /// <summary>A peer has opened a stream. It has joined, and everybody knows, when this returns; unless it is not connected any more.</summary>
    public void OnStream(PeerId peer, BitswapVersion version)
    {
        // One that is just being announced as well: what the peer wants must not reach somebody who does not know the peer.
        if (!_entries.TryGetValue(peer, out var entry) || !entry.IsAnnounced)
        {
            lock (_lock)
            {
                if (!_entries.TryGetValue(peer, out entry) && host.IsConnected(peer))
                    entry = Add(peer, VersionSaid(peer) ?? version);
            }
        }

        if (entry is not null)
            entry.HasSpoken = true;
    }

    /// <summary>Completes when it is known whether a connected peer speaks bitswap; with null if it does not, or has left.</summary>
    public Task<BitswapPeer?> WhenKnownAsync(PeerId peer)
    {
        lock (_lock)
        {
            Update(peer);
            if (_entries.TryGetValue(peer, out var entry))
                return Task.FromResult<BitswapPeer?>(entry.Peer);
            if (_isStopped || _identified.Contains(peer) || !host.IsConnected(peer))
                return Task.FromResult<BitswapPeer?>(null);
            if (!_awaited.TryGetValue(peer, out var awaited))
                _awaited.Add(peer, awaited = new TaskCompletionSource<BitswapPeer?>(TaskCreationOptions.RunContinuationsAsynchronously));
            return awaited.Task;
        }
    }

    private void OnConnected(object? sender, PeerEventArgs e)
    {
        lock (_lock)
            Update(e.PeerId);
    }

    private void OnIdentified(object? sender, PeerEventArgs e)
    {
        lock (_lock)
        {
            if (host.IsConnected(e.PeerId))
                _identified.Add(e.PeerId);
            Update(e.PeerId);
            if (_awaited.Remove(e.PeerId, out var awaited))
                awaited.TrySetResult(_entries.GetValueOrDefault(e.PeerId)?.Peer);
        }
    }

    private void OnDisconnected(object? sender, PeerEventArgs e)
    {
        lock (_lock)
        {
            _identified.Remove(e.PeerId);
            if (_entries.TryGetValue(e.PeerId, out var entry))
                Remove(entry);
            // It may have come back already.
            Update(e.PeerId);
            if (!host.IsConnected(e.PeerId) && _awaited.Remove(e.PeerId, out var awaited))
                awaited.TrySetResult(null);
        }
    }

    /// <summary>Makes what is known here what the peer store says.</summary>
    private void Update(PeerId peer)
    {
        if (_isStopped || !host.IsConnected(peer))
            return;
        var said = VersionSaid(peer);
        if (_entries.TryGetValue(peer, out var entry))
        {
            // One that has opened a stream understands what that stream speaks. That it says later that it understands more is no reason to drop what it wants.
            if (said == entry.Peer.Version || (entry.HasSpoken && (said is null || said > entry.Peer.Version)))
                return;
            Remove(entry);
        }

        if (said is { } version)
            Add(peer, version);
    }

    private BitswapVersion? VersionSaid(PeerId peer) =>
        host.PeerStore.FindProtocol(peer, BitswapProtocol.Ids) is { } protocol ? BitswapProtocol.VersionOf(protocol) : null;

    private PeerEntry? Add(PeerId peer, BitswapVersion version)
    {
        if (_isStopped)
            return null;
        var joined = new BitswapPeer(peer, version, host.GetSessions(peer) is [var session, ..] && NearAddresses.Contains(session.RemoteAddress));
        var entry = create(joined);
        _entries[peer] = entry;
        _peers = [.. _peers, joined];
        if (_awaited.Remove(peer, out var awaited))
            awaited.TrySetResult(joined);
        Raise(Joined, joined);
        entry.IsAnnounced = true;
        return entry;
    }

    private void Remove(PeerEntry entry)
    {
        _entries.TryRemove(entry.Peer.Id, out _);
        _peers = [.. _peers.Where(peer => peer.Id != entry.Peer.Id)];
        Raise(Left, entry.Peer);
        Ended?.Invoke(entry);
    }

    private void Raise(Action<BitswapPeer>? handlers, BitswapPeer peer)
    {
        foreach (var handler in handlers?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<BitswapPeer>)handler)(peer);
            }
#pragma warning disable CA1031 // What one subscriber does wrong is not the others' trouble, nor the host's.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogSubscriberFailed(logger, peer.Id, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A subscriber failed for {PeerId}, who has joined or left.")]
    private static partial void LogSubscriberFailed(ILogger logger, PeerId peerId, Exception exception);
}
