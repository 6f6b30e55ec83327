namespace IpfsKit.Grains.Providers;

/// <summary>How good a provider is for content of a size: the time in which it is expected to deliver. Pure.</summary>
/// <remarks>
/// <c>latency + size ÷ throughput + (1 − success) × timeout</c>: latency decides for small content, throughput for large, reliability for both. What has not been heard of for a while counts less and less, so that each term
/// comes back to what is assumed of a peer of which nothing is known.
/// </remarks>
internal static class ProviderScore
{
    /// <summary>In which time half of what is known of a peer is forgotten.</summary>
    public static readonly TimeSpan HalfLife = TimeSpan.FromHours(1);

    private const double AssumedLatency = 0.1;
    private const double AssumedThroughput = 4 << 20;
    private const double AssumedSuccess = 0.8;

    /// <summary>The seconds in which a provider is expected to deliver.</summary>
    /// <param name="provider">What is known of it, or null.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="timeout">What a failure costs.</param>
    /// <param name="now">The time.</param>
    public static double ExpectedSeconds(ProviderInfo? provider, long bytes, TimeSpan timeout, DateTimeOffset now)
    {
        var trust = provider is null ? 0 : Math.Pow(2, -Math.Max(0, (now - provider.LastSeen) / HalfLife));
        var latency = Blend(AssumedLatency, provider?.Latency?.TotalSeconds, trust);
        var throughput = Blend(AssumedThroughput, provider?.Throughput, trust);
        var success = Blend(AssumedSuccess, provider?.SuccessRate, trust);
        return latency + (bytes / Math.Max(1, throughput)) + ((1 - success) * timeout.TotalSeconds);
    }

    /// <summary>Whether a provider failed so lately, or so often, that it is better left alone.</summary>
    public static bool IsBackingOff(ProviderInfo? provider, DateTimeOffset now) => provider?.BackoffUntil > now;

    private static double Blend(double assumed, double? known, double trust) => known is { } value ? assumed + (trust * (value - assumed)) : assumed;
}
