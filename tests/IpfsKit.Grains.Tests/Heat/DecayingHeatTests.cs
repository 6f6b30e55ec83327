using CsCheck;
using IpfsKit.Grains.Heat;

namespace IpfsKit.Grains.Tests.Heat;

public sealed class DecayingHeatTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0.5, 0.99588303)]
    [InlineData(2, 0.25, 0.99178301)]
    [InlineData(24, 5.9604645e-8, 0.90572366)]
    [InlineData(168, 2.6727647e-51, 0.5)]
    [InlineData(336, 7.1436715e-102, 0.25)]
    public void Decay_OfOneAccess_HalvesPerHalfLife(double hours, double hour, double week)
    {
        var heat = DecayingHeat.Of(1, Start).Decay(Start.AddHours(hours));

        Assert.Equal(hour, heat.Hour, hour * 1e-6);
        Assert.Equal(week, heat.Week, 1e-6);
    }

    [Fact]
    public void Decay_ToAnEarlierTime_ChangesNothing()
    {
        var heat = DecayingHeat.Of(3, Start);

        Assert.Equal(heat, heat.Decay(Start.AddHours(-5)));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 0.69314718)] // ln 2 per hour
    [InlineData(0, 1, 0.00206294)] // ln 2 / 168 h / 2
    [InlineData(1, 1, 0.69521012)]
    [InlineData(100, 400, 70.1398937)]
    public void Score_IsAccessesPerHour(double hour, double week, double score) =>
        Assert.Equal(score, new DecayingHeat(hour, week, Start).Score, 1e-6);

    [Fact]
    public void Score_OfASteadyRate_IsOneAndAHalfTimesTheRate()
    {
        // Both sums converge to rate · halfLife / ln 2, so that the terms are the rate and half the rate.
        var heat = default(DecayingHeat);
        for (var minute = 0; minute < 60 * 24 * 7 * 12; minute++)
            heat = heat.Add(1, Start.AddMinutes(minute));

        // The last access has not faded at all yet: half an access per minute more than the mean.
        Assert.Equal(60 * 1.5, heat.Score, 0.5);
    }

    [Fact]
    public void Score_OfABurst_OutweighsATrickleOfAsManyAccesses()
    {
        var now = Start.AddHours(168);
        var burst = DecayingHeat.Of(168, now);
        var trickle = Enumerable.Range(0, 168).Aggregate(default(DecayingHeat), (heat, hour) => heat.Add(1, Start.AddHours(hour + 1)));

        Assert.True(burst.Score > 10 * trickle.Decay(now).Score);
    }

    [Fact]
    public void Default_IsColdAndTheNeutralElement()
    {
        var heat = DecayingHeat.Of(2, Start);

        Assert.True(default(DecayingHeat).IsZero);
        Assert.Equal(heat, DecayingHeat.Merge(heat, default));
        Assert.Equal(heat, DecayingHeat.Merge(default, heat));
    }

    [Fact]
    public void Sums_EqualTheDefinition() => Accesses.Sample(accesses =>
    {
        var heat = accesses.Aggregate(default(DecayingHeat), (sum, access) => sum.Add(access.Count, Start.AddSeconds(access.Second)));

        var at = Start.AddSeconds(Horizon);
        AssertClose(Definition(accesses, TimeSpan.FromHours(1)), heat.Decay(at).Hour);
        AssertClose(Definition(accesses, TimeSpan.FromDays(7)), heat.Decay(at).Week);
    });

    [Fact]
    public void Merge_InAnyOrderAndGrouping_IsTheSame() => Gen.Select(Accesses, Accesses, Accesses).Sample((a, b, c) =>
    {
        var (x, y, z) = (Sum(a), Sum(b), Sum(c));
        AssertSame(DecayingHeat.Merge(DecayingHeat.Merge(x, y), z), DecayingHeat.Merge(x, DecayingHeat.Merge(z, y)));
        AssertSame(DecayingHeat.Merge(DecayingHeat.Merge(x, y), z), Sum([.. c, .. a, .. b]));
    });

    [Fact]
    public void Decay_InSteps_IsTheSameAsAtOnce() => Gen.Select(Accesses, Gen.Int[0, Horizon], Gen.Int[0, Horizon]).Sample((accesses, first, second) =>
    {
        var heat = Sum(accesses);
        var end = heat.At.AddSeconds((long)first + second);
        AssertSame(heat.Decay(end), heat.Decay(heat.At.AddSeconds(first)).Decay(end));
    });

    private const int Horizon = 60 * 60 * 24 * 30;

    private static readonly Gen<(int Count, int Second)[]> Accesses = Gen.Select(Gen.Int[1, 1000], Gen.Int[0, Horizon]).Array[0, 40];

    private static DecayingHeat Sum((int Count, int Second)[] accesses) =>
        accesses.Aggregate(default(DecayingHeat), (sum, access) => sum.Add(access.Count, Start.AddSeconds(access.Second)));

    private static double Definition((int Count, int Second)[] accesses, TimeSpan halfLife) =>
        accesses.Sum(access => access.Count * Math.Pow(2, -(Horizon - access.Second) / halfLife.TotalSeconds));

    private static void AssertSame(DecayingHeat expected, DecayingHeat actual)
    {
        Assert.Equal(expected.IsZero, actual.IsZero);
        if (!expected.IsZero)
            Assert.Equal(expected.At, actual.At);
        AssertClose(expected.Hour, actual.Hour);
        AssertClose(expected.Week, actual.Week);
    }

    private static void AssertClose(double expected, double actual) =>
        Assert.True(Math.Abs(expected - actual) <= 1e-9 * Math.Max(Math.Abs(expected), 1e-290), $"expected {expected:R}, got {actual:R}");
}
