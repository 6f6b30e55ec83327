using IpfsKit.Bitswap.Messages;

namespace IpfsKit.Bitswap.Client;

/// <summary>One block and one peer that was asked about it. Guarded by the client's gate.</summary>
internal sealed class PeerAsk(ClientPeer peer, BlockWant want)
{
    /// <summary>Who was asked.</summary>
    public ClientPeer Peer { get; } = peer;

    /// <summary>For what.</summary>
    public BlockWant Want { get; } = want;

    /// <summary>Whether for the block or whether it is there.</summary>
    public WantKind Kind { get; set; }

    /// <summary>What came of it.</summary>
    public AskState State { get; set; }

    /// <summary>Whose window the block counts in; null where only the presence is asked for.</summary>
    public SessionPeer? Owner { get; set; }

    /// <summary>What is said to the peer.</summary>
    public int Priority { get; set; }

    /// <summary>Whether the peer said that it has the block.</summary>
    public bool WasPromised { get; set; }

    /// <summary>Whether the peer may know of the want, so that its end has to be said.</summary>
    public bool IsOnWire { get; set; }

    /// <summary>How often it was told of the want: it may answer as often.</summary>
    public int TimesSaid { get; set; }

    /// <summary>When it was asked.</summary>
    public double AskedAt { get; set; }

    /// <summary>Since when the answer is awaited: <see cref="AskedAt"/>, or later if nothing could come meanwhile.</summary>
    public double AwaitedSince { get; set; }

    /// <summary>What the peer had delivered then.</summary>
    public long DeliveredAtAsk { get; set; }

    /// <summary>Whether no other blocks were awaited from the peer then.</summary>
    public bool WasIdle { get; set; }

    /// <summary>How large the block is expected to be.</summary>
    public int ExpectedBytes { get; set; }

    /// <summary>The block and all that was awaited from the peer before it.</summary>
    public long AheadBytes { get; set; }

    /// <summary>Whether the peer sent a block first that it was asked for later and that is less urgent: it may have lost this one.</summary>
    public bool IsOvertaken => AskedAt < Peer.NewestAnswered && Priority > Peer.NewestPriority;

    /// <summary>The next peer that was asked for the same block.</summary>
    public PeerAsk? NextOfWant { get; set; }

    /// <summary>The ask before in the peer's <see cref="AskList"/>.</summary>
    public PeerAsk? Previous { get; set; }

    /// <summary>The ask behind in the peer's <see cref="AskList"/>.</summary>
    public PeerAsk? Next { get; set; }

    /// <summary>Whether the block is awaited.</summary>
    public bool IsActiveBlock => State == AskState.Active && Kind == WantKind.Block;

    /// <summary>Whether the block did not come in time.</summary>
    public bool IsOverdueBlock => State == AskState.Overdue && Kind == WantKind.Block;
}
