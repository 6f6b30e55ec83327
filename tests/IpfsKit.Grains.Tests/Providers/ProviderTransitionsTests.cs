using IpfsKit.Grains.Providers;

namespace IpfsKit.Grains.Tests.Providers;

public sealed class ProviderTransitionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void FirstReport_OfSuccesses_IsTakenAsItIs()
    {
        var state = ProviderTransitions.Apply(new ProviderState(), Delivered(4, 4096, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2)), 0.5);

        Assert.Equal((4, 0, 4096, 1, 0), (state.Successes, state.Failures, state.Bytes, state.SuccessRate, state.BackoffCount));
        Assert.Equal((0.05, 2048), (state.Latency, state.Throughput));
        Assert.Null(state.BackoffUntil);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(20, 300)]
    public void Failures_InARow_DoubleTheBackoffUpToFiveMinutes(int failures, int seconds)
    {
        var state = new ProviderState();
        for (var i = 0; i < failures; i++)
            state = ProviderTransitions.Apply(state, new ProviderReport { Failures = 1, EndedInFailure = true, At = Now }, 0.5);

        Assert.Equal(Now + TimeSpan.FromSeconds(seconds), state.BackoffUntil);
        Assert.Equal(0, state.SuccessRate);
    }

    [Theory]
    [InlineData(0, 0.8)]
    [InlineData(1, 1.2)]
    public void Backoff_IsSpread(double random, double seconds) => Assert.Equal(
        Now + TimeSpan.FromSeconds(seconds), ProviderTransitions.Apply(new ProviderState(), new ProviderReport { Failures = 1, EndedInFailure = true, At = Now }, random).BackoffUntil);

    [Fact]
    public void Success_HalvesTheBackoffCountAndEndsTheBackoff()
    {
        var failed = ProviderTransitions.Apply(new ProviderState(), new ProviderReport { Failures = 8, EndedInFailure = true, At = Now }, 0.5);

        var state = ProviderTransitions.Apply(failed, Delivered(1, 1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), 0.5);

        Assert.Equal((8, 4), (failed.BackoffCount, state.BackoffCount));
        Assert.Null(state.BackoffUntil);
        Assert.Equal(0, ProviderTransitions.Apply(failed, Delivered(1000, 1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)), 0.5).BackoffCount);
    }

    [Fact]
    public void Report_OfNothing_ChangesNothing()
    {
        var state = new ProviderState();

        Assert.Same(state, ProviderTransitions.Apply(state, new ProviderReport { At = Now }, 0.5));
    }

    private static ProviderReport Delivered(long blocks, long bytes, TimeSpan latency, TimeSpan busy) =>
        new() { Successes = blocks, Bytes = bytes, Latency = latency, Busy = busy, At = Now };
}
