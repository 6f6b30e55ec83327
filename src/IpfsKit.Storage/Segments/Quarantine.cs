using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Segments;

/// <summary>Remembers damage: takes damaged records out of the index and tells those who want to know. Thread-safe.</summary>
internal sealed class Quarantine
{
    /// <summary>How many damaged blocks are remembered; the oldest are forgotten first.</summary>
    public const int MaxRemembered = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<Multihash, DamagedBlock> _blocks = [];
    private readonly Queue<Multihash> _order = new();

    /// <summary>Called for each damaged record once, on the thread that found it.</summary>
    public event Action<DamagedBlock>? Found;

    /// <summary>What is remembered.</summary>
    public IReadOnlyList<DamagedBlock> Blocks
    {
        get
        {
            lock (_lock)
                return [.. _blocks.Values];
        }
    }

    /// <summary>Whether a block is damaged and was neither put again nor deleted.</summary>
    public bool Contains(in Multihash hash)
    {
        lock (_lock)
            return _blocks.Count > 0 && _blocks.ContainsKey(hash);
    }

    /// <summary>Forgets a block that was put again or deleted.</summary>
    public void Remove(in Multihash hash)
    {
        lock (_lock)
        {
            if (_blocks.Count > 0)
                _blocks.Remove(hash);
        }
    }

    /// <summary>Notes damage.</summary>
    public void Add(DamagedBlock block)
    {
        lock (_lock)
        {
            if (block.Hash is { } hash && _blocks.TryAdd(hash, block))
            {
                _order.Enqueue(hash);
                if (_order.Count > MaxRemembered)
                    _blocks.Remove(_order.Dequeue());
            }
        }

        Found?.Invoke(block);
    }
}
