using System.Text.Json;
using IpfsKit.ClientSample.Demo;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using IpfsKit.TestKit.Exchange;

namespace IpfsKit.ClientSample.Tests;

/// <summary>Each command against a running service: what it prints and how it ends.</summary>
public sealed class CommandTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IDisposable
{
    private const string Unknown = "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4";

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Add_File_PrintsItsCidAndCatGivesItBack()
    {
        var root = await AddAsync("hello world");

        Assert.Equal("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e", root);
        Assert.Equal("hello world", await CatAsync(root));
        Assert.Equal("o wor", await CatAsync(root, "--offset", "4", "--length", "5"));
        Assert.Equal("world", await CatAsync(root, "--offset", "-5"));
    }

    [Fact]
    public async Task Directory_AddedListedAndGotten_IsTheSame()
    {
        var folder = Directory.CreateDirectory(_directory.Combine("tree", "sub")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "a.txt"), "aaa", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(folder, "sub", "b.txt"), "bb", Cancellation);
        var root = await AddPathAsync(folder);

        var (_, listed, _) = await SucceedAsync("ls", $"/ipfs/{root}");
        Assert.Contains("a.txt", listed, StringComparison.Ordinal);
        Assert.Contains("sub", listed, StringComparison.Ordinal);

        var target = _directory.Combine("copy");
        await SucceedAsync("get", $"/ipfs/{root}", "--output", target);
        Assert.Equal("aaa", await File.ReadAllTextAsync(Path.Combine(target, "a.txt"), Cancellation));
        Assert.Equal("bb", await File.ReadAllTextAsync(Path.Combine(target, "sub", "b.txt"), Cancellation));

        var (exitCode, _, errors) = await service.RunAsync("get", $"/ipfs/{root}", "--output", target);
        AssertFailed(exitCode, errors, "copy");
    }

    [Fact]
    public async Task Cluster_ShowsTheSiloAndItsReplication()
    {
        await AddAsync("in the cluster");

        var (_, shown, _) = await SucceedAsync("cluster");

        Assert.Contains("master", shown, StringComparison.Ordinal);
        Assert.Contains(" free", shown, StringComparison.Ordinal);
        Assert.Contains("replication: ", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replication_OfARoot_IsShownAndMoreThanThereIsRoomForFails()
    {
        var root = await AddAsync("once");

        var (_, shown, _) = await SucceedAsync("replication", root);
        Assert.Contains($"{root}: good, 1 of 1 copies", shown, StringComparison.Ordinal);

        var (exitCode, _, errors) = await service.RunAsync("replication", root, "--copies", "2");
        AssertFailed(exitCode, errors, "1 of 2 silos");
    }

    [Fact]
    public async Task Decommission_CalledOff_LeavesTheSiloAsItWas()
    {
        var (_, shown, _) = await SucceedAsync("cluster");
        var node = shown.Split(' ')[0];

        await SucceedAsync("decommission", node, "--no-wait");
        Assert.Contains("leaving", (await SucceedAsync("cluster")).Output, StringComparison.Ordinal);
        await SucceedAsync("decommission", node, "--cancel");
        Assert.DoesNotContain("leaving", (await SucceedAsync("cluster")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fetch_FromAPeer_MakesARootAndSaysFromWhom()
    {
        var block = TestBlocks.Raw(4711, 1000);
        await using var peer = await OutsidePeer.StartAsync(block);

        var (_, fetched, _) = await SucceedAsync("fetch", $"{block.Cid}", "--peer", $"{peer.Address}", "--pin");

        Assert.Contains($"{block.Cid}", fetched, StringComparison.Ordinal);
        Assert.Contains($"{peer.PeerId}", fetched, StringComparison.Ordinal);
        var (_, peers, _) = await SucceedAsync("peers", "--json");
        Assert.Contains($"{peer.PeerId}", peers, StringComparison.Ordinal);
        using var stats = JsonDocument.Parse((await SucceedAsync("stats", "--json")).Output);
        Assert.InRange(stats.RootElement.GetProperty("providersFound").GetInt32(), 1, stats.RootElement.GetProperty("searches").GetInt32());
        var (exitCode, _, errors) = await service.RunAsync("fetch", Unknown, "--peer", $"{peer.Address}", "--timeout", "1");
        AssertFailed(exitCode, errors, Unknown);
    }

    [Fact]
    public async Task Fetch_FromAnotherService_ByTheAddressThatItsStatsSay()
    {
        var root = await AddAsync("what another service has");
        using var stats = JsonDocument.Parse((await SucceedAsync("stats", "--json")).Output);
        var address = stats.RootElement.GetProperty("libp2pAddresses")[0].GetString()!;
        await using var other = await HostProcess.StartAsync(HostLocator.Find(), _directory.Combine("other"), Cancellation);

        var (exitCode, fetched, errors) = await ServiceFixture.RunBareAsync("fetch", root, "--peer", address, "--data", _directory.Combine("other"));

        Assert.True(exitCode == 0, errors);
        Assert.Contains("1 block from 1 peer", fetched, StringComparison.Ordinal);
        Assert.Contains(address[(address.LastIndexOf('/') + 1)..], fetched, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stat_AndStats_SayWhatIsStored()
    {
        var root = await AddAsync("something to look at");

        var (_, stat, _) = await SucceedAsync("stat", root, "--json");
        using var parsed = JsonDocument.Parse(stat);
        Assert.Equal((root, "file", 20), (parsed.RootElement.GetProperty("cid").GetString(), parsed.RootElement.GetProperty("kind").GetString(), parsed.RootElement.GetProperty("sizeBytes").GetInt32()));
        var (_, stats, _) = await SucceedAsync("stats");
        Assert.Contains("listens    /ip4/127.0.0.1/tcp/", stats, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pin_AddedListedAndRemoved_IsWhatLsSays()
    {
        var root = await AddAsync("to be pinned", "--no-pin");
        await SucceedAsync("pin", "add", root, "--name", "mine");
        Assert.Contains(root, (await SucceedAsync("pin", "ls")).Output, StringComparison.Ordinal);

        var (exitCode, _, errors) = await service.RunAsync("rm", root);
        AssertFailed(exitCode, errors, root);
        await SucceedAsync("pin", "rm", root);
        Assert.DoesNotContain(root, (await SucceedAsync("pin", "ls")).Output, StringComparison.Ordinal);
        await SucceedAsync("rm", root);
        Assert.DoesNotContain(root, (await SucceedAsync("ls")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stat", Unknown, Unknown)]
    [InlineData("ls", Unknown, Unknown)]
    [InlineData("stat", "/ipfs/not-a-cid", "not-a-cid")]
    [InlineData("add", "/no/such/file", "/no/such/file")]
    public async Task Command_ThatCannotBeDone_EndsWithOneAndOneLineThatNamesTheValue(string command, string argument, string named)
    {
        var (exitCode, output, errors) = await service.RunAsync(command, argument);

        Assert.Empty(output);
        AssertFailed(exitCode, errors, named);
    }

    [Fact]
    public async Task Failure_AsJson_IsOneObject()
    {
        var (exitCode, _, errors) = await service.RunAsync("stat", Unknown, "--json");

        Assert.Equal(1, exitCode);
        using var parsed = JsonDocument.Parse(errors);
        Assert.Equal("ContentNotFoundException", parsed.RootElement.GetProperty("type").GetString());
    }

    [Fact]
    public async Task Path_ThatDoesNotExist_NamesTheSegment()
    {
        var folder = Directory.CreateDirectory(_directory.Combine("with-a-file")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "here"), "x", Cancellation);

        var (exitCode, _, errors) = await service.RunAsync("stat", $"/ipfs/{await AddPathAsync(folder)}/not-here");

        AssertFailed(exitCode, errors, "not-here");
    }

    [Fact]
    public async Task NoService_IsOneLineThatSaysHowToStartOne()
    {
        var (exitCode, _, errors) = await ServiceFixture.RunBareAsync("stats", "--gateway", "127.0.0.1:1");

        AssertFailed(exitCode, errors, "silo-host");
        (exitCode, _, errors) = await ServiceFixture.RunBareAsync("stats", "--data", _directory.Combine("nothing"));
        AssertFailed(exitCode, errors, "nothing");
    }

    [Fact]
    public async Task CommandLine_ThatIsNotUnderstood_EndsWithTwo() =>
        Assert.Equal(2, (await ServiceFixture.RunBareAsync("stat")).ExitCode);

    private static void AssertFailed(int exitCode, string errors, string named)
    {
        Assert.Equal(1, exitCode);
        Assert.StartsWith("error: ", errors, StringComparison.Ordinal);
        Assert.Single(errors.Split('\n'));
        Assert.Contains(named, errors, StringComparison.Ordinal);
    }

    private async Task<string> AddAsync(string content, params string[] options)
    {
        var file = _directory.Combine("file.txt");
        await File.WriteAllTextAsync(file, content, Cancellation);
        return await AddPathAsync(file, options);
    }

    private async Task<string> AddPathAsync(string path, params string[] options)
    {
        using var parsed = JsonDocument.Parse((await SucceedAsync(["add", path, "--json", .. options])).Output);
        return parsed.RootElement.GetProperty("cid").GetString()!;
    }

    /// <summary>In a process of its own, since it writes bytes to the standard output.</summary>
    private async Task<string> CatAsync(params string[] args) => (await CommandLine.RunAsync(
        "dotnet", AppContext.BaseDirectory, Cancellation, [Path.Combine(AppContext.BaseDirectory, "IpfsKit.ClientSample.dll"), "cat", .. args, "--data", service.Data])).TrimEnd('\n', '\r');

    private async Task<(int ExitCode, string Output, string Errors)> SucceedAsync(params string[] args)
    {
        var result = await service.RunAsync(args);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', args)} ended with {result.ExitCode}: {result.Errors}");
        return result;
    }
}
