namespace IpfsKit.Libp2p.Resources;

/// <summary>How full a budget may be after a reservation of each priority.</summary>
internal static class MemoryShare
{
    /// <summary>The share in bytes.</summary>
    public static long Of(long limit, MemoryPriority priority) => priority switch
    {
        MemoryPriority.Low => limit / 10 * 4,
        MemoryPriority.Medium => limit / 10 * 6,
        MemoryPriority.High => limit / 10 * 8,
        _ => limit,
    };
}
