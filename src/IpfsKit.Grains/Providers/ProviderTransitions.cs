using IpfsKit.Grains.Exchange;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Providers;

/// <summary>How <see cref="ProviderState"/> changes. Pure.</summary>
internal static class ProviderTransitions
{
    /// <summary>The longest time for which a peer is better not asked, in seconds.</summary>
    public const int MaxBackoffSeconds = 300;

    private const double Weight = 0.3;
    private const double Jitter = 0.2;
    private const int MaxBackoffCount = 32;

    /// <summary>Adds a report.</summary>
    /// <param name="state">Before.</param>
    /// <param name="report">What was heard.</param>
    /// <param name="random">0 to 1: where in ± 20 % the backoff ends.</param>
    public static ProviderState Apply(ProviderState state, ProviderReport report, double random)
    {
        var outcomes = report.Successes + report.Failures;
        if (outcomes == 0)
            return state;
        var isFirst = state.LastSeen is null;
        var rate = (double)report.Successes / outcomes;
        var backoff = state.BackoffCount;
        // A success halves it; so many successes as a report may have leave nothing.
        if (report.Successes > 0)
            backoff = report.Successes >= 6 ? 0 : backoff >> (int)report.Successes;
        if (report.EndedInFailure)
            backoff = Math.Min(backoff + (int)Math.Min(report.Failures, MaxBackoffCount), MaxBackoffCount);
        var next = state with
        {
            Successes = state.Successes + report.Successes,
            Failures = state.Failures + report.Failures,
            Bytes = state.Bytes + report.Bytes,
            SuccessRate = isFirst ? rate : Average(state.SuccessRate, rate),
            BackoffCount = backoff,
            BackoffUntil = report.EndedInFailure ? report.At + TimeSpan.FromSeconds(BackoffSeconds(backoff) * (1 - Jitter + (2 * Jitter * random))) : null,
            LastSeen = state.LastSeen > report.At ? state.LastSeen : report.At,
        };
        if (report.Successes == 0)
            return next;
        var latency = report.Latency.TotalSeconds;
        var throughput = report.Bytes / Math.Max(report.Busy.TotalSeconds, 0.001);
        return next with
        {
            Latency = state.Latency is { } known ? Average(known, latency) : latency,
            Throughput = state.Throughput is { } before ? Average(before, throughput) : throughput,
            Addresses = report.Addresses.Count == 0 ? state.Addresses : [.. report.Addresses.Take(ProviderHints.MaxAddresses).Select(address => address.ToString())],
        };
    }

    /// <summary>What callers see.</summary>
    public static ProviderInfo? ToInfo(ProviderState state, PeerId peer) => state.LastSeen is not { } seen ? null : new ProviderInfo
    {
        Peer = peer,
        Successes = state.Successes,
        Failures = state.Failures,
        Bytes = state.Bytes,
        SuccessRate = state.SuccessRate,
        Latency = state.Latency is { } latency ? TimeSpan.FromSeconds(latency) : null,
        Throughput = state.Throughput,
        BackoffCount = state.BackoffCount,
        BackoffUntil = state.BackoffUntil,
        LastSeen = seen,
        Addresses = [.. (state.Addresses ?? []).Select(text => Multiaddr.TryParse(text, out var address) ? address : default).Where(address => !address.IsDefault)],
    };

    private static double BackoffSeconds(int count) => Math.Min(MaxBackoffSeconds, Math.Pow(2, count - 1));

    private static double Average(double before, double now) => before + (Weight * (now - before));
}
