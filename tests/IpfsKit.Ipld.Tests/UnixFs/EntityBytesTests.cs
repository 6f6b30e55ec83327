using CsCheck;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class EntityBytesTests
{
    [Theory]
    [InlineData("0:*", 0, null)]
    [InlineData("5:10", 5, 10L)]
    [InlineData("7:7", 7, 7L)]
    [InlineData("-5:*", -5, null)]
    [InlineData("-5:-1", -5, -1L)]
    [InlineData("0:-10", 0, -10L)]
    [InlineData("-1000:1", -1000, 1L)]
    public void Parse_Range_RoundTrips(string text, long from, long? to)
    {
        var range = EntityBytes.Parse(text);
        Assert.Equal(new EntityBytes(from, to), range);
        Assert.Equal(text, range.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("0")]
    [InlineData("0:")]
    [InlineData(":5")]
    [InlineData("*:5")]
    [InlineData("0:*:")]
    [InlineData("10:5")]
    [InlineData("-1:-5")]
    [InlineData("+1:2")]
    [InlineData(" 1:2")]
    [InlineData("1:0x2")]
    [InlineData("99999999999999999999:*")]
    [InlineData("-9223372036854775808:*")]
    public void Parse_AnythingElse_IsRefused(string? text)
    {
        Assert.False(EntityBytes.TryParse(text, out _));
        Assert.Contains($"'{text}'", Assert.Throws<FormatException>(() => EntityBytes.Parse(text!)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0:*", 100, 0, 100)]
    [InlineData("0:*", 0, 0, 0)]
    [InlineData("10:19", 100, 10, 20)]
    [InlineData("10:1000", 100, 10, 100)]
    [InlineData("100:*", 100, 100, 100)]
    [InlineData("1000:2000", 100, 100, 100)]
    [InlineData("-10:*", 100, 90, 100)]
    [InlineData("-1000:*", 100, 0, 100)]
    [InlineData("-10:-1", 100, 90, 100)]
    [InlineData("0:-1", 100, 0, 100)]
    [InlineData("0:-101", 100, 0, 0)]
    [InlineData("50:-90", 100, 50, 50)]
    [InlineData("0:9223372036854775807", 100, 0, 100)]
    public void Resolve_RangeOfALength_IsWhatLiesInIt(string text, long length, long start, long end) =>
        Assert.Equal((start, end), EntityBytes.Parse(text).Resolve(length));

    [Fact]
    public void Parse_WhatToStringWrote_GivesTheRangeBackUnlessItEndsBeforeItBegins() => Gen.Select(
            Gen.OneOf(Gen.Long, Gen.Long[-20, 20]), Gen.OneOf(Gen.Long, Gen.Long[-20, 20]).Nullable())
        .Sample(
            (from, to) =>
            {
                var range = new EntityBytes(from, to);
                var isRange = from > long.MinValue && to != long.MinValue && (to is null || from >= 0 != to >= 0 || to >= from);
                Assert.Equal(isRange, EntityBytes.TryParse(range.ToString(), out var again));
                Assert.Equal(isRange ? range : default, again);
            },
            iter: Soak.Count(5000, 1_000_000));

    [Fact]
    public void Resolve_AnyRange_LiesInTheLength() => Gen.Select(Gen.Long, Gen.Long.Nullable(), Gen.Long[0, long.MaxValue]).Sample(
        (from, to, length) =>
        {
            var (start, end) = new EntityBytes(from, to).Resolve(length);
            Assert.True(start >= 0 && start <= end && end <= length);
        },
        iter: Soak.Count(5000, 1_000_000));
}
