using CsCheck;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class UnixFsTimeTests
{
    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    [Fact]
    public void FromDateTimeOffset_AnyTime_IsTheSameInstant() => Gen.Select(Gen.Long[0, DateTime.MaxValue.Ticks], Gen.Int[-14 * 60, 14 * 60]).Sample(
        (ticks, minutes) =>
        {
            var utc = new DateTimeOffset(ticks, TimeSpan.Zero);
            var time = UnixFsTime.FromDateTimeOffset(utc);
            Assert.Equal(utc, time.ToDateTimeOffset());
            Assert.InRange(time.Nanoseconds, 0u, 999_999_900u);
            Assert.Equal(utc.ToUnixTimeSeconds(), time.Seconds);

            // The offset says where somebody read the clock, not when.
            var offset = TimeSpan.FromMinutes(minutes);
            if (utc.Ticks + offset.Ticks >= 0 && utc.Ticks + offset.Ticks <= DateTime.MaxValue.Ticks)
                Assert.Equal(time, UnixFsTime.FromDateTimeOffset(utc.ToOffset(offset)));
        },
        iter: Soak.Count(5000, 1_000_000));

    [Fact]
    public void ToDateTimeOffset_AnyTimeThatDotNetHas_IsExactTo100Nanoseconds() => Gen.Select(Gen.Long[First, Last], Gen.UInt[0, 999_999_999]).Sample(
        (seconds, nanoseconds) => Assert.Equal(
            new UnixFsTime(seconds, nanoseconds - (nanoseconds % 100)),
            UnixFsTime.FromDateTimeOffset(new UnixFsTime(seconds, nanoseconds).ToDateTimeOffset())),
        iter: Soak.Count(5000, 1_000_000));

    [Fact]
    public void ToDateTimeOffset_OutsideTheYearsOfDotNet_IsTheNearestOfThem() => Gen.Select(Gen.OneOf(Gen.Long[long.MinValue, First - 1], Gen.Long[Last + 1, long.MaxValue]), Gen.UInt[0, 999_999_999]).Sample(
        (seconds, nanoseconds) => Assert.Equal(
            seconds < 0 ? DateTimeOffset.MinValue : DateTimeOffset.MaxValue,
            new UnixFsTime(seconds, nanoseconds).ToDateTimeOffset()),
        iter: Soak.Count(1000, 100_000));
}
