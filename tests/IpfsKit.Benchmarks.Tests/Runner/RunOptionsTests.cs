using IpfsKit.Benchmarks.Runner;

namespace IpfsKit.Benchmarks.Tests.Runner;

public class RunOptionsTests
{
    [Fact]
    public void Parse_Nothing_IsFiveFullRoundsInTheTemporaryDirectory() =>
        Assert.Equal(new RunOptions(IsQuick: false, Rounds: 5, Path.GetTempPath()), RunOptions.Parse([]));

    [Fact]
    public void Parse_AllOptions_AreRead() =>
        Assert.Equal(
            new RunOptions(IsQuick: true, Rounds: 3, "/data", "libp2p.stream"),
            RunOptions.Parse(["--rounds", "3", "--quick", "--directory", "/data", "--only", "libp2p.stream"]));

    [Theory]
    [InlineData("libp2p.stream.noise", true)]
    [InlineData("libp2p.streams.100", true)]
    [InlineData("libp2p.handshake", false)]
    public void Wants_OnlyFiguresWhoseNamesBeginSo(string figure, bool wanted) =>
        Assert.Equal(wanted, RunOptions.Parse(["--only", "libp2p.stream"]).Wants("register", figure));

    [Theory]
    [InlineData("--fast")]
    [InlineData("--rounds", "0")]
    [InlineData("--rounds", "-1")]
    [InlineData("--rounds")]
    [InlineData("--directory")]
    [InlineData("--only")]
    [InlineData("--only", "nothing.like.it")]
    public void Parse_WhatIsNotUnderstood_IsNamed(params string[] arguments)
    {
        var exception = Assert.Throws<ArgumentException>(() => RunOptions.Parse(arguments));

        Assert.Contains($"'{arguments[0]}'", exception.Message, StringComparison.Ordinal);
    }
}
