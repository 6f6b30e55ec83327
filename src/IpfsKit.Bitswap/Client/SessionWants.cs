using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>What a session waits for, in the order in which it was asked for. Guarded by the client's gate.</summary>
/// <remarks>
/// A want is in <see cref="Queue"/> until a peer with room is found (<see cref="SessionScheduler"/>), in no list while a peer is asked, and in <see cref="Stranded"/> when every peer was asked in vain, which
/// <see cref="SessionDiscovery"/> mends.
/// </remarks>
internal sealed class SessionWants(BitswapSession session, BitswapClient client)
{
    private const int FirstPriority = 1 << 30;

    private readonly Dictionary<Multihash, SessionWant> _wants = [];
    private int _sequence;

    /// <summary>Wants that wait for a peer with room.</summary>
    public WantList Queue { get; } = new();

    /// <summary>Wants for which there is nobody to be asked.</summary>
    public WantList Stranded { get; } = new();

    /// <summary>How many blocks are waited for.</summary>
    public int Count => _wants.Count;

    /// <summary>Whether the only want is the first that there ever was.</summary>
    public bool HasJustBegun => _wants.Count == 1 && _sequence == 1;

    /// <summary>All of them. Stays as it is while wants end.</summary>
    public SessionWant[] All => [.. _wants.Values];

    /// <summary>Any of them; null if there is none.</summary>
    public SessionWant? Any
    {
        get
        {
            foreach (var want in _wants.Values)
                return want;
            return null;
        }
    }

    /// <summary>The want of a block, if there is one.</summary>
    public SessionWant? Find(in Multihash key) => _wants.GetValueOrDefault(key);

    /// <summary>A block is wanted that was not.</summary>
    public SessionWant Add(in Cid cid, double now)
    {
        var want = new SessionWant(session, client.WantOf(cid), Math.Max(1, FirstPriority - _sequence++)) { Since = now };
        want.Want.Add(want);
        _wants.Add(cid.Hash, want);
        Queue.AddLast(want);
        return want;
    }

    /// <summary>Ends a want of this session; peers are told, unless others wait for the block.</summary>
    /// <returns>False if it had ended.</returns>
    public bool Remove(SessionWant want)
    {
        if (!_wants.Remove(want.Want.Key))
            return false;
        want.List?.Remove(want);
        client.Release(want);
        return true;
    }

    /// <summary>Puts a want back in the queue, before all others, if no peer is asked.</summary>
    public void Requeue(SessionWant want)
    {
        if (want.List is null && want.Want.ActiveBlocks == 0 && _wants.ContainsKey(want.Want.Key))
            Queue.AddFirst(want);
    }

    /// <summary>What no peer could be asked for may be asked again.</summary>
    public void Unstrand()
    {
        while (Stranded.First is { } want)
            Queue.AddLast(want);
    }
}
