namespace IpfsKit.Bitswap.Messages;

/// <summary>How long a message may be under way.</summary>
internal static class TransferTimeout
{
    /// <summary>For the smallest.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(10);

    /// <summary>For the largest.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromMinutes(2);

    // 100 kbit/s, and 2 s for the way.
    private const double LeastBytesPerSecond = 12_500;
    private const double LatencySeconds = 2;

    /// <summary>For a message of this many bytes.</summary>
    public static TimeSpan Of(long bytes) => TimeSpan.FromSeconds(Math.Clamp(LatencySeconds + (bytes / LeastBytesPerSecond), Least.TotalSeconds, Most.TotalSeconds));
}
