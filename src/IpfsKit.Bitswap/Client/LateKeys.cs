using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>Blocks that were asked of a peer and are wanted of it no longer, but may be on their way: so that each may come as often as the peer was told of it, and once at least; that is counted as a duplicate and not held against the peer. Not thread-safe.</summary>
internal sealed class LateKeys
{
    /// <summary>How many blocks are remembered; the oldest is forgotten first.</summary>
    public const int MaxKeys = 1024;

    /// <summary>How long, in seconds.</summary>
    public const double Lifetime = 30;

    private readonly Dictionary<Multihash, Late> _late = [];
    private readonly Queue<(Multihash Key, double Until)> _order = new();

    /// <summary>How many.</summary>
    public int Count => _late.Count;

    /// <summary>When the oldest is forgotten; positive infinity if there is none.</summary>
    public double NextDue => _order.TryPeek(out var oldest) ? oldest.Until : double.PositiveInfinity;

    /// <summary>A block may come late.</summary>
    /// <param name="key">Which.</param>
    /// <param name="session">For whom it was.</param>
    /// <param name="copies">How often it may come.</param>
    /// <param name="now">The time.</param>
    public void Add(in Multihash key, BitswapSession? session, int copies, double now)
    {
        var until = now + Lifetime;
        if (_late.TryGetValue(key, out var before))
            (session, copies) = (before.Session ?? session, before.Copies + copies);
        _late[key] = new Late(session, copies, until);
        _order.Enqueue((key, until));
        if (_order.Count > MaxKeys)
            ForgetOldest();
    }

    /// <summary>Whether a block was asked for, and for whom. It is forgotten with its last copy: a peer that sends it again sends what nobody asked for.</summary>
    public bool TryTake(in Multihash key, out BitswapSession? session)
    {
        session = null;
        if (!_late.TryGetValue(key, out var late))
            return false;
        session = late.Session;
        if (late.Copies > 1)
            _late[key] = late with { Copies = late.Copies - 1 };
        else
            _late.Remove(key);
        return true;
    }

    /// <summary>Forgets what can come no longer.</summary>
    public void Expire(double now)
    {
        while (_order.TryPeek(out var oldest) && oldest.Until <= now)
            ForgetOldest();
    }

    private void ForgetOldest()
    {
        var (key, until) = _order.Dequeue();
        // Not one that has been added again since.
        if (_late.TryGetValue(key, out var late) && late.Until <= until)
            _late.Remove(key);
    }

    private readonly record struct Late(BitswapSession? Session, int Copies, double Until);
}
