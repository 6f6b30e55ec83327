using IpfsKit.Benchmarks.Runner;

namespace IpfsKit.Benchmarks.Tests.Runner;

public class RunOptionsTests
{
    [Fact]
    public void Parse_Nothing_IsFiveFullRoundsInTheTemporaryDirectory() =>
        Assert.Equal(new RunOptions(IsQuick: false, Rounds: 5, Path.GetTempPath()), RunOptions.Parse([]));

    [Fact]
    public void Parse_AllOptions_AreRead() =>
        Assert.Equal(new RunOptions(IsQuick: true, Rounds: 3, "/data"), RunOptions.Parse(["--rounds", "3", "--quick", "--directory", "/data"]));

    [Theory]
    [InlineData("--fast")]
    [InlineData("--rounds", "0")]
    [InlineData("--rounds", "-1")]
    [InlineData("--rounds")]
    [InlineData("--directory")]
    public void Parse_WhatIsNotUnderstood_IsNamed(params string[] arguments)
    {
        var exception = Assert.Throws<ArgumentException>(() => RunOptions.Parse(arguments));

        Assert.Contains($"'{arguments[0]}'", exception.Message, StringComparison.Ordinal);
    }
}
