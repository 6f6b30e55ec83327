using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>Blocks that were asked of a peer and are wanted of it no longer, but may be on their way: so that each may come once more, and is counted as a duplicate and not held against the peer. Not thread-safe.</summary>
internal sealed class LateKeys
{
    /// <summary>How many blocks are remembered; the oldest is forgotten first.</summary>
    public const int MaxKeys = 1024;

    /// <summary>How long, in seconds.</summary>
    public const double Lifetime = 30;

    private readonly Dictionary<Multihash, BitswapSession?> _sessions = [];
    private readonly Queue<(Multihash Key, double Until)> _order = new();

    /// <summary>How many.</summary>
    public int Count => _sessions.Count;

    /// <summary>When the oldest is forgotten; positive infinity if there is none.</summary>
    public double NextDue => _order.TryPeek(out var oldest) ? oldest.Until : double.PositiveInfinity;

    /// <summary>A block may come late.</summary>
    public void Add(in Multihash key, BitswapSession? session, double now)
    {
        if (!_sessions.TryAdd(key, session))
            return;
        _order.Enqueue((key, now + Lifetime));
        if (_order.Count > MaxKeys)
            _sessions.Remove(_order.Dequeue().Key);
    }

    /// <summary>Whether a block was asked for, and for whom. It is forgotten then: a peer that sends it again sends what nobody asked for.</summary>
    public bool TryTake(in Multihash key, out BitswapSession? session) => _sessions.Remove(key, out session);

    /// <summary>Forgets what can come no longer.</summary>
    public void Expire(double now)
    {
        while (_order.TryPeek(out var oldest) && oldest.Until <= now)
            _sessions.Remove(_order.Dequeue().Key);
    }
}
