using IpfsKit.Bitswap.Messages;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Server;

/// <summary>One want of one peer. Changed under the engine's lock only.</summary>
/// <remarks>
/// <code>
///            ┌──────────── asked for again, or the block came ───────────┐
///            ▼                                                           │
/// new ─► Asked ─► Looking ─┬─ absent ─► Waiting ◄── DONT_HAVE was sent ──┤
///                          └─ here, or DONT_HAVE is due ─► Queued ─► Sending ─► Gone
/// </code>
/// From every state a want goes to <see cref="WantState.Gone"/> when it is cancelled, evicted, left out of a full list, or its peer leaves. Whoever still has a reference then, a lookup or a message
/// under way, finds it gone and does nothing more.
/// </remarks>
internal sealed class Want(ServedPeer peer, in Cid cid, long sequence, long askedAt)
{
    /// <summary>Whose it is.</summary>
    public ServedPeer Peer { get; } = peer;

    /// <summary>What is wanted, by the name under which it is answered.</summary>
    public Cid Cid { get; } = cid;

    /// <summary>Greater is younger.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>When it came, as a timestamp.</summary>
    public long AskedAt { get; } = askedAt;

    /// <summary>Where it is.</summary>
    public WantState State { get; set; }

    /// <summary>The block, or whether it is here.</summary>
    public WantKind Kind { get; set; }

    /// <summary>Greater goes first.</summary>
    public int Priority { get; set; }

    /// <summary>Whether the peer wants to hear that the block is not here.</summary>
    public bool SendDontHave { get; set; }

    /// <summary>What it is answered with, while it is queued or sent.</summary>
    public WantAnswer Answer { get; set; }

    /// <summary>The block's size, once it is known to be here.</summary>
    public int Bytes { get; set; }

    /// <summary>Before whom it is served, once the block is known to be here.</summary>
    public ServiceClass Class { get; set; }

    /// <summary>Whether the peer may not have it: it ends with its answer and waits for nothing.</summary>
    public bool IsDenied { get; set; }

    /// <summary>Whether it has to be looked for again when the step that is under way is over: it was asked for anew, or the block came.</summary>
    public bool IsRenewed { get; set; }

    /// <summary>When the peer last said it again while its answer was being sent, as a timestamp; null for never.</summary>
    public long? RepeatedAt { get; set; }

    /// <summary>Whether the peer has heard DONT_HAVE in answer to what it last asked.</summary>
    public bool IsToldAbsent { get; set; }

    /// <summary>How often it could not be answered although the block was here.</summary>
    public int Failures { get; set; }

    /// <summary>The last full list that has it.</summary>
    public int Mark { get; set; }

    /// <summary>Whether it is in the index of those that wait for a block.</summary>
    public bool IsIndexed { get; set; }

    /// <summary>The next that waits for the same block.</summary>
    public Want? NextWaiter { get; set; }

    /// <summary>The one before it.</summary>
    public Want? PreviousWaiter { get; set; }

    /// <summary>Its place among those that are looked for or sent; −1 for none.</summary>
    public int QueueSlot = -1;

    /// <summary>Its place among those that may be evicted; −1 for none.</summary>
    public int EvictionSlot = -1;

    /// <summary>Where it is queued to be sent.</summary>
    public int Lane => Answer == WantAnswer.Block ? (int)Class : SendLane.Answers;
}
