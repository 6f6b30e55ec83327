using IpfsKit.Ipld;

namespace IpfsKit.Bitswap.Client;

/// <summary>A block that a session waits for. Guarded by the client's gate.</summary>
internal sealed class SessionWant(BitswapSession session, BlockWant want, int priority)
{
    /// <summary>Whose.</summary>
    public BitswapSession Session { get; } = session;

    /// <summary>What.</summary>
    public BlockWant Want { get; } = want;

    /// <summary>What is said to peers: wants of a session go in the order in which they came.</summary>
    public int Priority { get; } = priority;

    /// <summary>When it came.</summary>
    public double Since { get; init; }

    /// <summary>The first who waits; the others are behind.</summary>
    public BlockWaiter? FirstWaiter { get; private set; }

    /// <summary>The list that it is in; null while a peer is asked.</summary>
    public WantList? List { get; set; }

    /// <summary>The want before in <see cref="List"/>.</summary>
    public SessionWant? Previous { get; set; }

    /// <summary>The want behind in <see cref="List"/>.</summary>
    public SessionWant? Next { get; set; }

    /// <summary>The next session with the same want.</summary>
    public SessionWant? NextOfWant { get; set; }

    /// <summary>The round of discovery in which peers worth asking were asked.</summary>
    public int AskedRound { get; set; }

    /// <summary>The round of discovery in which others were.</summary>
    public int StrangersRound { get; set; }

    /// <summary>The round of discovery in which providers were searched for.</summary>
    public int SearchRound { get; set; }

    /// <summary>Somebody waits.</summary>
    public void Add(BlockWaiter waiter) => (waiter.NextOfWant, FirstWaiter) = (FirstWaiter, waiter);

    /// <summary>Somebody waits no longer.</summary>
    public void Remove(BlockWaiter waiter)
    {
        if (ReferenceEquals(FirstWaiter, waiter))
        {
            FirstWaiter = waiter.NextOfWant;
            return;
        }

        var before = FirstWaiter;
        while (before is not null && !ReferenceEquals(before.NextOfWant, waiter))
            before = before.NextOfWant;
        if (before is not null)
            before.NextOfWant = waiter.NextOfWant;
    }

    /// <summary>Hands the block to all who wait, to each a reference under the name by which it asked; null if there is none.</summary>
    public void Deliver(Block? block)
    {
        for (var waiter = FirstWaiter; waiter is not null; waiter = waiter.NextOfWant)
        {
            var reference = block is null ? null : RenamedBlock.Of(block, waiter.Cid);
            if (!waiter.TrySetResult(reference))
                reference?.Dispose();
        }
    }

    /// <summary>All who wait get an error.</summary>
    public void Fail(Exception failure)
    {
        for (var waiter = FirstWaiter; waiter is not null; waiter = waiter.NextOfWant)
            waiter.TrySetException(failure);
    }
}
