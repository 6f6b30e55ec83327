using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit;
using Microsoft.Data.Sqlite;
using static IpfsKit.Storage.Tests.Catalog.CatalogSamples;

namespace IpfsKit.Storage.Tests.Catalog;

public sealed class SiloCatalogFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.Combine("catalog.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Open_NewerVersion_NamesBothVersionsAndTouchesNothing()
    {
        await (await OpenAsync()).DisposeAsync();
        Run("PRAGMA user_version = 99");
        var before = await File.ReadAllBytesAsync(FilePath, Token);
        var refused = await Assert.ThrowsAsync<DataDirectoryVersionException>(OpenAsync);
        Assert.Equal((FilePath, 99, CatalogSchema.Schema.Version), (refused.Path, refused.FoundVersion, refused.SupportedVersion));
        Assert.Equal(before, await File.ReadAllBytesAsync(FilePath, Token));
    }

    [Fact]
    public async Task Open_NoDatabase_IsReportedAsDamage()
    {
        await File.WriteAllTextAsync(FilePath, new string('x', 5000), Token);
        var refused = await Assert.ThrowsAsync<StorageCorruptedException>(OpenAsync);
        Assert.Equal(FilePath, refused.Path);
    }

    [Fact]
    public async Task Open_OtherDatabase_IsRefused()
    {
        Run("CREATE TABLE other (id INTEGER)");
        var refused = await Assert.ThrowsAsync<CatalogException>(OpenAsync);
        Assert.Equal(FilePath, refused.Path);
    }

    [Fact]
    public async Task Open_Locked_FailsAfterTheBusyTimeout()
    {
        await using var catalog = await OpenAsync(TimeSpan.FromMilliseconds(10));
        await using var other = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        await other.OpenAsync(Token);
        await using var begin = other.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        await begin.ExecuteNonQueryAsync(Token);

        var refused = await Assert.ThrowsAsync<CatalogException>(() => catalog.UpsertRootAsync(Root(1), Token));
        Assert.Contains("locked", refused.Message, StringComparison.Ordinal);
        begin.CommandText = "COMMIT";
        await begin.ExecuteNonQueryAsync(Token);
        await catalog.UpsertRootAsync(Root(1), Token);
    }

    [Fact]
    public async Task Open_BadOptions_NamesEachSettingAndValue()
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => SiloCatalog.OpenAsync(
            new SiloCatalogOptions { Path = " ", BusyTimeout = TimeSpan.FromSeconds(-1), MaxQueued = 0, MaxQueuedBytes = 1 }, cancellationToken: Token));
        foreach (var part in new[] { "Path is ' '", "BusyTimeout is '-00:00:01'", "MaxQueued is '0'", "MaxQueuedBytes is '1'" })
            Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_Defaults_AreThoseDocumented()
    {
        var options = new SiloCatalogOptions();
        Assert.Equal(("", TimeSpan.FromSeconds(10), 262_144, 128L << 20), (options.Path, options.BusyTimeout, options.MaxQueued, options.MaxQueuedBytes));
    }

    /// <summary>The numbers are a format: another version of this software reads them.</summary>
    [Fact]
    public async Task File_OfThisVersion_HasTheDocumentedShape()
    {
        await using (var catalog = await OpenAsync())
            await catalog.AddCommittedAsync(2, Pin(2, CatalogPinMode.Direct, "name"));
        Assert.Equal("1229677428|1", Text("SELECT (SELECT application_id FROM pragma_application_id) || '|' || (SELECT user_version FROM pragma_user_version)"));
        Assert.Equal(
            $"1|{Convert.ToHexString(Cid(2).ToV1().ToBytes())}|1|1|1|102|202|3|1|{Day.ToUnixTimeMilliseconds()}|{Day.ToUnixTimeMilliseconds()}",
            Text("SELECT id || '|' || hex(cid) || '|' || v0 || '|' || state || '|' || epoch || '|' || size_bytes || '|' || dag_bytes || '|' || blocks || '|' || whole_dag || '|' || held_since || '|' || committed_at FROM roots"));
        Assert.Equal($"1|1|name|{Day.ToUnixTimeMilliseconds()}", Text("SELECT id || '|' || mode || '|' || name || '|' || pinned_at FROM pins"));
    }

    private Task<SiloCatalog> OpenAsync() => OpenAsync(TimeSpan.FromSeconds(10));

    private Task<SiloCatalog> OpenAsync(TimeSpan busyTimeout) =>
        SiloCatalog.OpenAsync(new SiloCatalogOptions { Path = FilePath, BusyTimeout = busyTimeout }, cancellationToken: Token);

    private void Run(string sql) => Text(sql);

    private string? Text(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() as string;
    }
}
