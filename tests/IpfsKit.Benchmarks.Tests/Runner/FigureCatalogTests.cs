using IpfsKit.Benchmarks.Runner;

namespace IpfsKit.Benchmarks.Tests.Runner;

public class FigureCatalogTests
{
    [Fact]
    public void Catalog_Names_AreThereOnce() =>
        Assert.Equal(FigureCatalog.All.Count, FigureCatalog.All.DistinctBy(row => row.Name).Count());

    [Fact]
    public void Catalog_Suites_AreCommands() =>
        Assert.All(FigureCatalog.All, row => Assert.True(RunnerCommand.Knows(row.Suite), row.Suite));

    [Fact]
    public void Readme_TableOfFigures_IsThatOfTheCode()
    {
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "benchmarks-readme.md"));

        Assert.Contains(FigureCatalog.ToMarkdown(), readme, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.59, false)]
    [InlineData(0.6, true)]
    public void IsMetBy_TargetOnRatio_ComparesTheRatio(double ratio, bool expected)
    {
        var target = new FigureTarget("x", "floors", "GiB/s", "", "", MinRatio: 0.6);

        Assert.Equal(expected, target.IsMetBy(new Figure("x", ratio * 2, "GiB/s", 2, ratio)));
    }

    [Theory]
    [InlineData(0.31, false)]
    [InlineData(0.3, true)]
    public void IsMetBy_TargetOnGreatestRatio_ComparesTheRatio(double ratio, bool expected)
    {
        var target = new FigureTarget("x", "floors", "s", "", "", MaxRatio: 0.3);

        Assert.Equal(("ratio ≤ 0.3", expected), (target.Target, target.IsMetBy(new Figure("x", ratio * 2, "s", 2, ratio))));
    }

    [Theory]
    [InlineData(51, false)]
    [InlineData(50, true)]
    public void IsMetBy_TargetAboveTheFloor_ComparesTheDifference(double value, bool expected)
    {
        var target = new FigureTarget("x", "floors", "ms", "", "", MaxOverFloor: 40);

        Assert.Equal(("≤ floor + 40 ms", expected), (target.Target, target.IsMetBy(new Figure("x", value, "ms", 10, value / 10))));
    }

    [Theory]
    [InlineData(201, false)]
    [InlineData(200, true)]
    public void IsMetBy_TargetOnValue_ComparesTheValue(double value, bool expected)
    {
        var target = new FigureTarget("x", "floors", "ns", "", MaxValue: 200);

        Assert.Equal(expected, target.IsMetBy(new Figure("x", value, "ns", null, null)));
    }
}
