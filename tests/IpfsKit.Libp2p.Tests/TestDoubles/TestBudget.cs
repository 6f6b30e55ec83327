using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>A budget that counts, and fails a test in which more is released than was reserved.</summary>
internal sealed class TestBudget(long limit = long.MaxValue / 100) : IMemoryBudget
{
    private readonly Lock _lock = new();
    private long _reserved;
    private long _peak;

    public long Reserved
    {
        get
        {
            lock (_lock)
                return _reserved;
        }
    }

    public long Peak
    {
        get
        {
            lock (_lock)
                return _peak;
        }
    }

    public bool TryReserve(long bytes, MemoryPriority priority)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        var share = priority switch { MemoryPriority.Low => 40, MemoryPriority.Medium => 60, MemoryPriority.High => 80, _ => 100 };
        lock (_lock)
        {
            if (_reserved + bytes > limit * share / 100)
                return false;
            _reserved += bytes;
            _peak = Math.Max(_peak, _reserved);
            return true;
        }
    }

    public void Release(long bytes)
    {
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _reserved);
            _reserved -= bytes;
        }
    }
}
