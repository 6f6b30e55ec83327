using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>A budget without a bound that knows what is left.</summary>
internal sealed class CountingBudget : IMemoryBudget
{
    private long _reserved;

    public long Reserved => Interlocked.Read(ref _reserved);

    public bool TryReserve(long bytes, MemoryPriority priority)
    {
        Interlocked.Add(ref _reserved, bytes);
        return true;
    }

    public void Release(long bytes) => Interlocked.Add(ref _reserved, -bytes);
}
