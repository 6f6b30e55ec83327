using System.Text.Json;
using IpfsKit.Benchmarks.Runner;

namespace IpfsKit.Benchmarks.Tests.Runner;

public class RunnerCommandTests
{
    public static TheoryData<string> Suites => [.. FigureCatalog.All.Select(row => row.Suite).Distinct()];

    /// <summary>A smoke run: that every suite prints every figure of the catalog once, as valid lines, and leaves no files; not how fast anything is.</summary>
    [Theory]
    [MemberData(nameof(Suites))]
    public async Task QuickRun_OfASuite_PrintsEachOfItsFiguresOnce(string suite)
    {
        Assert.SkipWhen(suite is "libp2p" or "bitswap" && JsProcess.Missing is not null, JsProcess.Missing ?? "");
        var directory = Directory.CreateTempSubdirectory("ipfskit-bench-tests-");
        await using var program = ChildProcess.StartProgram([suite, "--quick", "--directory", directory.FullName]);

        var lines = (await program.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(0, await program.WaitAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            FigureCatalog.All.Where(row => row.Suite == suite).Select(row => row.Name).Order(),
            lines.Select(line => ReadName(line)).Order());
        Assert.Empty(directory.EnumerateFileSystemInfos());
        directory.Delete();
    }

    [Fact]
    public async Task Run_UnknownOption_ExitsWithTwoAndPrintsNoFigure()
    {
        await using var program = ChildProcess.StartProgram(["floors", "--fast"]);

        Assert.Empty(await program.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, await program.WaitAsync(TestContext.Current.CancellationToken));
    }

    private static string ReadName(string line)
    {
        using var json = JsonDocument.Parse(line);
        var figure = json.RootElement;
        Assert.Equal(["name", "value", "unit", "floor", "ratio"], figure.EnumerateObject().Select(property => property.Name));
        var row = FigureCatalog.Find(figure.GetProperty("name").GetString()!)!;
        Assert.Equal(row.Unit, figure.GetProperty("unit").GetString());
        Assert.True(figure.GetProperty("value").GetDouble() > (row.MaxValue == 0 ? -1 : 0), line);
        Assert.Equal(row.Floor is null ? JsonValueKind.Null : JsonValueKind.Number, figure.GetProperty("floor").ValueKind);
        Assert.Equal(row.Floor is null ? JsonValueKind.Null : JsonValueKind.Number, figure.GetProperty("ratio").ValueKind);
        return row.Name;
    }
}
