using IpfsKit.Benchmarks.Runner;

namespace IpfsKit.Benchmarks.Tests.Runner;

public class FigureTests
{
    [Fact]
    public void ToJson_FigureWithFloor_IsTheDocumentedLine() => Assert.Equal(
        """{"name":"floor.append","value":1.2346,"unit":"GiB/s","floor":2,"ratio":0.61728}""",
        Figure.Create("floor.append", 1.23456789, 2).ToJson());

    [Fact]
    public void ToJson_FigureWithoutFloor_HasNullFloorAndRatio() => Assert.Equal(
        """{"name":"floor.fsync","value":123457,"unit":"µs","floor":null,"ratio":null}""",
        Figure.Create("floor.fsync", 123456.789).ToJson());

    [Fact]
    public void Create_NameThatTheCatalogLacks_Throws() =>
        Assert.Throws<ArgumentException>(() => Figure.Create("floor.nothing", 1));

    [Theory]
    [InlineData(new double[] { 3 }, 3)]
    [InlineData(new double[] { 9, 1, 2 }, 2)]
    [InlineData(new double[] { 4, 1, 2, 100 }, 3)]
    public void Median_OfValues_IsTheMiddle(double[] values, double expected) => Assert.Equal(expected, Rounds.Median(values));
}
