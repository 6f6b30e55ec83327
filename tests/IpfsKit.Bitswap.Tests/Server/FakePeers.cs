using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Network;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Tests.Server;

/// <summary>Peers as the server sees them: each takes what it is sent at once, or when it is told to, or never.</summary>
internal sealed class FakePeers(TimeProvider time) : IBitswapNetwork
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, BitswapPeer> _peers = [];
    private readonly Dictionary<PeerId, TaskCompletionSource> _gates = [];
    private readonly Dictionary<PeerId, Exception> _faults = [];
    private readonly List<SentMessage> _sent = [];

    public event Action<BitswapPeer>? PeerJoined;

    public event Action<BitswapPeer>? PeerLeft;

    /// <summary>The most bytes of blocks that were with the network at once, by peer.</summary>
    public Dictionary<PeerId, long> Underway { get; } = [];

    public long MaxUnderway { get; private set; }

    /// <summary>Called with each message as it comes, before the peer takes it.</summary>
    public Action<PeerId>? OnSending { get; set; }

    /// <summary>Called with each message that a peer has got, before the server knows that it was sent.</summary>
    public Action<SentMessage>? OnSent { get; set; }

    public IReadOnlyList<BitswapPeer> Peers
    {
        get
        {
            lock (_lock)
                return [.. _peers.Values];
        }
    }

    /// <summary>What was sent so far.</summary>
    public IReadOnlyList<SentMessage> Sent
    {
        get
        {
            lock (_lock)
                return [.. _sent];
        }
    }

    public static PeerId Id(int seed) => PeerId.FromPublicKey([8, 1, 18, 32, .. BitConverter.GetBytes(seed), .. new byte[28]]);

    public PeerId Join(int seed, BitswapVersion version = BitswapVersion.V120)
    {
        var peer = new BitswapPeer(Id(seed), version, false);
        lock (_lock)
            _peers[peer.Id] = peer;
        PeerJoined?.Invoke(peer);
        return peer.Id;
    }

    public void Leave(PeerId id)
    {
        BitswapPeer? peer;
        lock (_lock)
            _peers.Remove(id, out peer);
        PeerLeft?.Invoke(peer!);
    }

    /// <summary>The peer reads no more.</summary>
    public void Stall(PeerId peer)
    {
        lock (_lock)
            _gates[peer] = new TaskCompletionSource();
    }

    /// <summary>The peer reads again, what waits and what comes.</summary>
    public void Resume(PeerId peer)
    {
        TaskCompletionSource? gate;
        lock (_lock)
            _gates.Remove(peer, out gate);
        gate?.SetResult();
    }

    /// <summary>Nothing reaches the peer until <see cref="Mend"/>.</summary>
    public void Break(PeerId peer, Exception? exception = null)
    {
        lock (_lock)
            _faults[peer] = exception ?? new Libp2pException("The stream was reset.");
    }

    public void Mend(PeerId peer)
    {
        lock (_lock)
            _faults.Remove(peer);
    }

    /// <summary>Lets go of what was sent.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _sent.Clear();
            _sent.TrimExcess();
            Underway.Clear();
        }
    }

    public IReadOnlyList<SentMessage> SentTo(PeerId peer) => [.. Sent.Where(message => message.Peer == peer)];

    public IReadOnlyList<Cid> BlocksTo(PeerId peer) => [.. SentTo(peer).SelectMany(message => message.Blocks.Select(block => block.Cid))];

    public IReadOnlyList<Cid> HavesTo(PeerId peer) => [.. SentTo(peer).SelectMany(message => message.Presences).Where(presence => presence.IsHere).Select(presence => presence.Cid)];

    public IReadOnlyList<Cid> DontHavesTo(PeerId peer) => [.. SentTo(peer).SelectMany(message => message.Presences).Where(presence => !presence.IsHere).Select(presence => presence.Cid)];

    public async ValueTask SendAsync(PeerId peer, OutboundMessage message, MessageLane lane, CancellationToken cancellationToken)
    {
        Assert.Equal(MessageLane.Responses, lane);
        Task? gate;
        var sent = new SentMessage(peer, time.GetTimestamp(), [.. message.Blocks.Select(block => (block.Cid, block.Size))], [.. message.Presences], message.PendingBytes);
        OnSending?.Invoke(peer);
        lock (_lock)
        {
            gate = _gates.GetValueOrDefault(peer)?.Task;
            Underway[peer] = Underway.GetValueOrDefault(peer) + sent.Bytes;
            MaxUnderway = Math.Max(MaxUnderway, Underway[peer]);
        }

        try
        {
            if (gate is not null)
                await gate.WaitAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            lock (_lock)
            {
                if (_faults.TryGetValue(peer, out var fault))
                    throw fault;
                _sent.Add(sent);
            }

            OnSent?.Invoke(sent);
        }
        finally
        {
            lock (_lock)
                Underway[peer] -= sent.Bytes;
        }
    }

    public Task<BitswapPeer?> ConnectAsync(PeerInfo peer, CancellationToken cancellationToken) => throw new NotSupportedException("The server connects to nobody.");

    public TimeSpan GetRoundTripTime(PeerId peer) => TimeSpan.Zero;
}

/// <summary>A message that a peer got.</summary>
internal sealed record SentMessage(PeerId Peer, long At, IReadOnlyList<(Cid Cid, int Size)> Blocks, IReadOnlyList<BlockPresence> Presences, int PendingBytes)
{
    public long Bytes => Blocks.Sum(block => (long)block.Size);
}
