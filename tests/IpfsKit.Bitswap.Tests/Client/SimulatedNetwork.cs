using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Network;
using IpfsKit.Ipld;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Bitswap.Tests.Client;

/// <summary>A network of simulated peers, whose events happen when the driver of the time gets to them.</summary>
internal sealed class SimulatedNetwork(FakeTimeProvider time) : IBitswapNetwork
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Action, (DateTimeOffset At, long Sequence)> _events = new();
    private readonly Dictionary<PeerId, SimulatedPeer> _peers = [];
    private readonly HashSet<PeerId> _connected = [];
    private readonly List<Task> _deliveries = [];
    private int _last;
    private int _connecting;
    private long _sequence;

    public event Action<BitswapPeer>? PeerJoined;

    public event Action<BitswapPeer>? PeerLeft;

    public Func<PeerId, ReceivedBlock, ValueTask>? OnBlock { get; set; }

    public Action<PeerId, IReadOnlyList<BlockPresence>>? OnPresences { get; set; }

    /// <summary>How many of the next messages cannot be sent.</summary>
    public int FailNext { get; set; }

    /// <summary>Whom somebody wanted to connect to.</summary>
    public List<PeerId> Dialled { get; } = [];

    public IReadOnlyList<BitswapPeer> Peers
    {
        get
        {
            lock (_lock)
                return [.. _connected.Select(id => _peers[id].Peer)];
        }
    }

    /// <summary>How many wait for a connection.</summary>
    public int Connecting => Volatile.Read(ref _connecting);

    /// <summary>When the next event is.</summary>
    public DateTimeOffset? NextEvent
    {
        get
        {
            lock (_lock)
                return _events.TryPeek(out _, out var next) ? next.At : null;
        }
    }

    public SimulatedPeer Add(BitswapVersion version = BitswapVersion.V120, bool isNear = true, bool isConnected = true)
    {
        var peer = new SimulatedPeer(this, ++_last, version) { IsNear = isNear };
        lock (_lock)
            _peers.Add(peer.Id, peer);
        if (isConnected)
            Join(peer);
        return peer;
    }

    public void Join(SimulatedPeer peer)
    {
        lock (_lock)
        {
            if (!_connected.Add(peer.Id))
                return;
        }

        PeerJoined?.Invoke(peer.Peer);
    }

    public void Leave(SimulatedPeer peer)
    {
        lock (_lock)
            _connected.Remove(peer.Id);
        peer.Forget();
        PeerLeft?.Invoke(peer.Peer);
    }

    public bool IsConnected(SimulatedPeer peer)
    {
        lock (_lock)
            return _connected.Contains(peer.Id);
    }

    public ValueTask SendAsync(PeerId peer, OutboundMessage message, MessageLane lane, CancellationToken cancellationToken)
    {
        Assert.Equal(MessageLane.Wants, lane);
        SimulatedPeer? receiver;
        lock (_lock)
            receiver = _connected.Contains(peer) ? _peers[peer] : null;
        if (receiver?.Breaks is { } bug)
            throw bug;
        if (receiver is null or { RefusesMessages: true } || FailNext-- > 0)
            throw new ConnectionClosedException("The connection has ended.");
        var (isFull, entries) = (message.IsFull, message.Wantlist.ToArray());
        After(receiver.Latency, () =>
        {
            if (IsConnected(receiver))
                receiver.Get(isFull, entries);
        });
        return ValueTask.CompletedTask;
    }

    public async Task<BitswapPeer?> ConnectAsync(PeerInfo peer, CancellationToken cancellationToken)
    {
        SimulatedPeer found;
        var connected = new TaskCompletionSource();
        lock (_lock)
        {
            Dialled.Add(peer.PeerId);
            found = _peers[peer.PeerId];
        }

        Interlocked.Increment(ref _connecting);
        After(2 * found.Latency, () =>
        {
            Interlocked.Decrement(ref _connecting);
            connected.TrySetResult();
        });
        await connected.Task.WaitAsync(cancellationToken);
        if (found.Breaks is { } bug)
            throw bug;
        if (found.IsUnreachable)
            throw new PeerUnreachableException(peer.PeerId, "It is not there.");
        Join(found);
        return found.Peer;
    }

    public TimeSpan GetRoundTripTime(PeerId peer) => TimeSpan.Zero;

    public void Deliver(SimulatedPeer peer, byte[] bytes, CidPrefix prefix) => After(peer.Latency, () =>
    {
        if (!IsConnected(peer))
            return;
        var buffer = PooledBuffer.Rent(bytes.Length);
        bytes.CopyTo(buffer.Span);
        var delivery = OnBlock!(peer.Id, new ReceivedBlock(prefix, buffer));
        if (!delivery.IsCompletedSuccessfully)
            _deliveries.Add(delivery.AsTask());
    });

    public void Say(SimulatedPeer peer, BlockPresence[] presences) => After(peer.Latency, () =>
    {
        if (IsConnected(peer))
            OnPresences!(peer.Id, presences);
    });

    public void After(TimeSpan delay, Action action)
    {
        lock (_lock)
            _events.Enqueue(action, (time.GetUtcNow() + delay, _sequence++));
    }

    /// <summary>Does what is due.</summary>
    public void RunDue()
    {
        while (true)
        {
            Action action;
            lock (_lock)
            {
                if (!_events.TryPeek(out _, out var next) || next.At > time.GetUtcNow())
                    return;
                action = _events.Dequeue();
            }

            action();
        }
    }
}
