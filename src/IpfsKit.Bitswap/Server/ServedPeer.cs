using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Server;

/// <summary>What the server knows of a connected peer. Under the engine's lock.</summary>
internal sealed class ServedPeer
{
    public ServedPeer(PeerId id, bool hasPresences, TokenBucket? bucket)
    {
        (Id, HasPresences, Bucket) = (id, hasPresences, bucket);
        // HashCode is seeded for each process, so that nobody can choose an id that always goes first.
        var salted = default(HashCode);
        salted.AddBytes(id.Bytes);
        Salt = salted.ToHashCode();
        for (var lane = 0; lane < SendLane.Count; lane++)
            Queues[lane] = new();
    }

    /// <summary>Who it is.</summary>
    public PeerId Id { get; }

    /// <summary>Whether it can be told HAVE and DONT_HAVE.</summary>
    public bool HasPresences { get; }

    /// <summary>What it may get in bytes per second, if that is bounded.</summary>
    public TokenBucket? Bucket { get; }

    /// <summary>Decides between peers that are equal otherwise.</summary>
    public int Salt { get; }

    /// <summary>All that it wants.</summary>
    public Dictionary<Cid, Want> Wants { get; } = [];

    /// <summary>The same, what goes first on overflow at the top.</summary>
    public WantHeap<EvictionOrder> Evictable { get; } = new();

    /// <summary>What has to be looked for in the store.</summary>
    public WantHeap<AnswerOrder> Asked { get; } = new();

    /// <summary>Whether it is in the ring of those with something in <see cref="Asked"/>.</summary>
    public bool IsInRing { get; set; }

    /// <summary>What has to be sent, by lane.</summary>
    public WantHeap<AnswerOrder>[] Queues { get; } = new WantHeap<AnswerOrder>[SendLane.Count];

    /// <summary>Its place in each lane; −1 for none.</summary>
    public int[] LaneSlots { get; } = [-1, -1, -1, -1];

    /// <summary>How many answers are queued.</summary>
    public int Pending { get; set; }

    /// <summary>The bytes of the blocks among them.</summary>
    public long PendingBytes { get; set; }

    /// <summary>The messages that are on their way to it, the oldest first.</summary>
    public List<Envelope> Sending { get; } = [];

    /// <summary>The bytes of their blocks.</summary>
    public long OutstandingBytes { get; set; }

    /// <summary>When it last got blocks, as a timestamp; null for never.</summary>
    public long? ServedAt { get; set; }

    /// <summary>Nothing is sent to it before this timestamp, because sending failed.</summary>
    public long PausedUntil { get; set; }

    /// <summary>How many messages in a row could not be sent.</summary>
    public int Failures { get; set; }

    /// <summary>Whether it has taken blocks before.</summary>
    public bool IsProven { get; set; }

    /// <summary>The number of full lists that it has sent.</summary>
    public int FullLists { get; set; }

    /// <summary>Whether it is still connected.</summary>
    public bool IsHere { get; set; } = true;
}
