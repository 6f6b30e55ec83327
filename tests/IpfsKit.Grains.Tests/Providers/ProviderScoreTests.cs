using IpfsKit.Grains.Providers;
using IpfsKit.Libp2p.Identities;

namespace IpfsKit.Grains.Tests.Providers;

public sealed class ProviderScoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly ProviderInfo Near = Info(0.002, 1 << 20, 1);
    private static readonly ProviderInfo Broad = Info(0.2, 100 << 20, 1);

    [Fact]
    public void SmallContent_IsDecidedByLatencyAndLargeContentByThroughput()
    {
        Assert.True(Score(Near, 1000) < Score(Broad, 1000));
        Assert.True(Score(Broad, 1 << 30) < Score(Near, 1 << 30));
    }

    [Fact]
    public void Failures_CostTheirShareOfATimeout() => Assert.Equal(15, Score(Near with { SuccessRate = 0.5 }, 0) - Score(Near, 0), 6);

    [Fact]
    public void Knowledge_ThatIsOld_CountsAsNone()
    {
        var bad = Info(5, 1000, 0.1);
        var unknown = ProviderScore.ExpectedSeconds(null, 1 << 20, Timeout, Now);

        Assert.True(Score(bad, 1 << 20) > unknown);
        Assert.Equal(unknown, ProviderScore.ExpectedSeconds(bad, 1 << 20, Timeout, Now + TimeSpan.FromDays(7)), 3);
    }

    [Fact]
    public void Backoff_LastsUntilItsEnd()
    {
        var provider = Near with { BackoffUntil = Now.AddSeconds(1) };

        Assert.True(ProviderScore.IsBackingOff(provider, Now));
        Assert.False(ProviderScore.IsBackingOff(provider, Now.AddSeconds(1)));
        Assert.False(ProviderScore.IsBackingOff(null, Now));
    }

    private static double Score(ProviderInfo provider, long bytes) => ProviderScore.ExpectedSeconds(provider, bytes, Timeout, Now);

    private static ProviderInfo Info(double latency, double throughput, double success) => new()
    {
        Peer = PrivateKey.Generate().PublicKey.PeerId,
        Latency = TimeSpan.FromSeconds(latency),
        Throughput = throughput,
        SuccessRate = success,
        LastSeen = Now,
    };
}
