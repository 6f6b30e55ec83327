using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Network;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>A connected peer as the client sees it. Guarded by the client's gate.</summary>
internal sealed class ClientPeer(BitswapPeer peer, PeerEstimates estimates, bool isPreferred)
{
    private const int StraysBeforeDistrust = 4;

    private int _verifying;

    /// <summary>Who it is.</summary>
    public PeerId Id { get; } = peer.Id;

    /// <summary>Whether it says what it has.</summary>
    public bool HasPresences { get; } = peer.Version.HasPresences();

    /// <summary>Whether it is asked for what nobody is known to have: it delivered before, is near, or belongs to us.</summary>
    public bool IsWorthAsking => isPreferred || peer.IsNear || Estimates.DeliveredBytes > 0;

    /// <summary>How fast it is.</summary>
    public PeerEstimates Estimates { get; } = estimates;

    /// <summary>What it has to be told.</summary>
    public PeerWants Wants { get; } = new();

    /// <summary>What it was asked, by block.</summary>
    public Dictionary<Multihash, PeerAsk> Asks { get; } = [];

    /// <summary>What it has not answered.</summary>
    public AskList Awaiting { get; } = new();

    /// <summary>What it was asked before.</summary>
    public LateKeys Late { get; } = new();

    /// <summary>The sessions that it takes part in.</summary>
    public List<SessionPeer> Sessions { get; } = [];

    /// <summary>How many blocks are awaited from it.</summary>
    public int OutstandingBlocks { get; set; }

    /// <summary>How many bytes they are expected to have.</summary>
    public long OutstandingBytes { get; set; }

    /// <summary>How many blocks did not come in time, and may come yet.</summary>
    public int OverdueBlocks { get; set; }

    /// <summary>How many of <see cref="Sessions"/> await blocks.</summary>
    public int ActiveSessions { get; set; }

    /// <summary>When something has to be done about it.</summary>
    public double NextDue { get; set; } = double.PositiveInfinity;

    /// <summary>Whether a message is on its way.</summary>
    public bool IsSending { get; set; }

    /// <summary>How many messages in a row could not be sent.</summary>
    public int SendFailures { get; set; }

    /// <summary>Whether it is connected no longer.</summary>
    public bool HasLeft { get; set; }

    /// <summary>Blocks in a row that nobody had asked for.</summary>
    public int StraysInARow { get; set; }

    /// <summary>Whether it sent so much that nobody had asked for that it is neither listened to nor asked any more, until it connects anew.</summary>
    public bool IsDistrusted => StraysInARow >= StraysBeforeDistrust;

    /// <summary>Whether anything is or was wanted of it, so that its blocks are worth hashing.</summary>
    public bool IsExpected => (Asks.Count > 0 || Late.Count > 0) && !IsDistrusted;

    /// <summary>Since when it is silent although it owes blocks; negative infinity if it is not.</summary>
    public double SuspectedAt { get; set; } = double.NegativeInfinity;

    /// <summary>When it was asked for the last asked-for of the blocks that it sent.</summary>
    public double NewestAnswered { get; private set; } = double.NegativeInfinity;

    /// <summary>How urgent that was.</summary>
    public int NewestPriority { get; private set; }

    /// <summary>How many of its blocks are being hashed. Thread-safe.</summary>
    public int Verifying => Volatile.Read(ref _verifying);

    /// <summary>A block begins (+1) or ends (-1) being hashed. Thread-safe.</summary>
    public void AddVerifying(int change) => Interlocked.Add(ref _verifying, change);

    /// <summary>It sent what it was asked for.</summary>
    public void OnAnswer(PeerAsk ask)
    {
        if (ask.AskedAt > NewestAnswered)
            (NewestAnswered, NewestPriority) = (ask.AskedAt, ask.Priority);
    }

    /// <summary>Seconds until a block is here if the peer is asked for it now; more than the estimates say where it has stalled.</summary>
    public double Expect(double bytes, double now) => Estimates.Latency + ((OutstandingBytes + bytes) / RateNow(now));

    /// <summary>Bytes a second: the estimate, or less where what is awaited takes longer than that would explain.</summary>
    public double RateNow(double now)
    {
        var rate = Estimates.Rate;
        if (FirstBlock() is not { } head)
            return rate;
        var waiting = now - Math.Max(head.AwaitedSince, Estimates.LastArrival);
        return waiting > 2 * Estimates.Expect(head.ExpectedBytes) ? Math.Min(rate, head.ExpectedBytes / waiting) : rate;
    }

    private PeerAsk? FirstBlock()
    {
        var ask = Awaiting.First;
        while (ask is { Kind: not WantKind.Block })
            ask = ask.Next;
        return ask;
    }
}
