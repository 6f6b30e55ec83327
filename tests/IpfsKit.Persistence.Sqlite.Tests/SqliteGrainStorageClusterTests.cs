using IpfsKit.Grains.Serialization;
using IpfsKit.Storage;
using IpfsKit.TestKit;
using Microsoft.Data.Sqlite;

namespace IpfsKit.Persistence.Sqlite.Tests;

/// <summary>With grains, over restarts, from configuration.</summary>
public sealed class SqliteGrainStorageClusterTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Toys => _directory.Combine("state", "toys.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Grain_SiloRestarts_HasItsState()
    {
        await using (var cluster = await ToyCluster.StartAsync(Toys))
        {
            Assert.True((await cluster.Grain("a").GetAsync()).IsNew);
            await cluster.Grain("a").SetAsync("kept");
            await cluster.Grain("b").SetAsync("cleared");
            await cluster.Grain("b").ClearAsync();
        }

        await using (var cluster = await ToyCluster.StartAsync(Toys))
        {
            Assert.Equal(new ToyState { Text = "kept", IsNew = false }, await cluster.Grain("a").GetAsync());
            Assert.True((await cluster.Grain("b").GetAsync()).IsNew);
            // ETags go on where the former silo ended.
            Assert.Equal(1, await cluster.Grain("a").CountAsync());
            await cluster.DeactivateAsync(cluster.Grain("a"));
            Assert.Equal(2, await cluster.Grain("a").CountAsync());
        }
    }

    [Fact]
    public async Task Acknowledged_ProcessDies_IsThereAfterwards()
    {
        var copy = _directory.Combine("copy", "toys.db");
        await using (var cluster = await ToyCluster.StartAsync(Toys))
        {
            await Task.WhenAll(Enumerable.Range(0, 30).Select(i => cluster.Grain($"{i}").SetAsync($"text {i}")));
            // What a process that dies leaves: the file as it is, and the log that nobody has copied into it.
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            foreach (var suffix in new[] { "", "-wal" })
                File.Copy(Toys + suffix, copy + suffix);
            Assert.True(new FileInfo(copy + "-wal").Length > 0);
        }

        await using var recovered = await ToyCluster.StartAsync(copy);
        for (var i = 0; i < 30; i++)
            Assert.Equal($"text {i}", (await recovered.Grain($"{i}").GetAsync()).Text);
    }

    [Fact]
    public async Task Storages_NamingOneFile_ShareIt()
    {
        await using var cluster = await ToyCluster.StartAsync(Toys, Toys);
        await cluster.Grain("a").SetAsync("one");
        Assert.Equal(("one", "two"), await cluster.Grain("a").BothAsync("two"));
        Assert.Equal([Path.GetFileName(Toys)], Directory.GetFiles(Path.GetDirectoryName(Toys)!, "*.db").Select(Path.GetFileName));
    }

    [Fact]
    public async Task Configuration_Alone_SetsStorageUp()
    {
        var others = _directory.Combine("others.db");
        var configuration = new Dictionary<string, string?>
        {
            ["Orleans:GrainStorage:toys:ProviderType"] = "Sqlite",
            ["Orleans:GrainStorage:toys:DatabasePath"] = Toys,
            ["Orleans:GrainStorage:toys:MaxStateBytes"] = "2000",
            ["Orleans:GrainStorage:toys:BusyTimeout"] = "00:00:03",
            ["Orleans:GrainStorage:others:ProviderType"] = "Sqlite",
            ["Orleans:GrainStorage:others:ServiceKey"] = "state",
            ["ConnectionStrings:state"] = $"Data Source={others}",
        };
        await using (var cluster = await ToyCluster.StartAsync(_ => { }, configuration))
        {
            await cluster.Grain("a").SetAsync("one");
            Assert.Equal(("one", "two"), await cluster.Grain("a").BothAsync("two"));
            await Assert.ThrowsAsync<SqliteGrainStorageException>(() => cluster.Grain("a").SetAsync(new string('x', 2000)));
        }

        Assert.True(File.Exists(Toys));
        Assert.True(File.Exists(others));
    }

    [Fact]
    public async Task Start_NewerFile_IsRefusedNamingTheVersions()
    {
        await using (await ToyCluster.StartAsync(Toys))
        {
            // Makes the file.
        }

        Run("PRAGMA user_version = 42");
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => ToyCluster.StartAsync(Toys));
        var cause = Causes(refused).OfType<DataDirectoryVersionException>().First();
        Assert.Equal((Toys, 42, 1), (cause.Path, cause.FoundVersion, cause.SupportedVersion));
    }

    [Fact]
    public async Task Start_BadOptions_NamesStorageSettingAndValue()
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => ToyCluster.StartAsync("", _directory.Combine("others.db"), options => options.ConcurrentReads = 0));
        var cause = Causes(refused).OfType<OrleansConfigurationException>().First();
        foreach (var part in new[] { "'toys'", "DatabasePath is ''", "ConcurrentReads is '0'" })
            Assert.Contains(part, cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grain_StateOfANewerVersion_NamesTheGrainAndKeepsTheBytes()
    {
        await using var cluster = await ToyCluster.StartAsync(Toys);
        await cluster.Grain("a").SetAsync("from the future");
        await cluster.DeactivateAsync(cluster.Grain("a"));
        Run("UPDATE states SET payload = CAST('{\"v\":7,\"s\":{\"text\":{}}}' AS BLOB)");

        var refused = await Assert.ThrowsAsync<GrainStateVersionException>(() => cluster.Grain("a").GetAsync());
        Assert.Equal((7, 1, nameof(ToyState), "toy"), (refused.FoundVersion, refused.SupportedVersion, refused.StateType, refused.StateName));
        Assert.Equal("toy/a", refused.Grain.ToString());
        Assert.Contains("toy/a", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<GrainStateVersionException>(() => cluster.Grain("a").SetAsync("overwritten"));
        Assert.Equal("{\"v\":7,\"s\":{\"text\":{}}}", Run("SELECT CAST(payload AS TEXT) FROM states"));
    }

    [Fact]
    public async Task File_OfThisVersion_HasTheDocumentedShape()
    {
        await using (var cluster = await ToyCluster.StartAsync(Toys))
            await cluster.Grain("a").SetAsync("x");
        Assert.Equal("1229678451|1", Run("SELECT (SELECT application_id FROM pragma_application_id) || '|' || (SELECT user_version FROM pragma_user_version)"));
        // The hash is the first eight bytes of SHA-256("toy/a" 00 "toy"), little-endian.
        Assert.Equal(
            $"1|{BitConverter.ToInt64(System.Security.Cryptography.SHA256.HashData("toy/a\0toy"u8))}|toy-service|toy/a|toy|{{\"v\":1,\"s\":{{\"text\":\"x\",\"count\":0,\"isNew\":true}}}}",
            Run("SELECT id || '|' || hash || '|' || service || '|' || grain || '|' || name || '|' || CAST(payload AS TEXT) FROM states"));
    }

    private static IEnumerable<Exception> Causes(Exception exception) =>
        exception is AggregateException many ? many.InnerExceptions.SelectMany(Causes)
        : exception.InnerException is { } inner ? Causes(inner).Prepend(exception) : [exception];

    private string? Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Toys};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() as string;
    }
}
