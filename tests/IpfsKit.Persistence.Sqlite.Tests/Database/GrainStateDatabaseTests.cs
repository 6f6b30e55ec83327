using IpfsKit.Persistence.Sqlite.Database;
using IpfsKit.TestKit;

namespace IpfsKit.Persistence.Sqlite.Tests.Database;

public sealed class GrainStateDatabaseTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Queue_Full_RefusesWithTheLimitAndKeepsWhatItTook()
    {
        await using var database = new GrainStateDatabase(Options(options => options.MaxQueued = 2), new GrainStateLayout("service"), null);
        await database.OpenAsync(Token);
        var writes = new List<Task<WriteResult>>();
        Task<WriteResult> write;
        while (!(write = database.WriteAsync(Key(writes.Count), null, new byte[1000], Token)).IsFaulted && writes.Count < 100_000)
            writes.Add(write);

        var refused = await Assert.ThrowsAsync<SqliteGrainStorageException>(() => write);
        Assert.Contains("2 works", refused.Message, StringComparison.Ordinal);
        await Task.WhenAll(writes);
        for (var i = 0; i < writes.Count; i++)
            Assert.Equal((await writes[i]).Stored, (await database.ReadAsync(Key(i), Token))!.ETag);
    }

    [Fact]
    public async Task Services_InOneFile_AreKeptApart()
    {
        await using (var first = new GrainStateDatabase(Options(), new GrainStateLayout("first"), null))
        {
            await first.OpenAsync(Token);
            await first.WriteAsync(Key(1), null, "1"u8.ToArray(), Token);
        }

        await using var second = new GrainStateDatabase(Options(), new GrainStateLayout("second"), null);
        await second.OpenAsync(Token);
        Assert.Null(await second.ReadAsync(Key(1), Token));
        Assert.False((await second.WriteAsync(Key(1), null, "2"u8.ToArray(), Token)).IsConflict);
    }

    [Fact]
    public async Task Payload_Empty_IsKept()
    {
        await using var database = new GrainStateDatabase(Options(), new GrainStateLayout("service"), null);
        await database.OpenAsync(Token);
        await database.WriteAsync(Key(1), null, Array.Empty<byte>(), Token);
        Assert.Empty((await database.ReadAsync(Key(1), Token))!.Payload);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("0.1")]
    [InlineData("-1.1")]
    [InlineData("1.2.3")]
    [InlineData("11111111111111111.1")]
    [InlineData("ffffffffffffffff.1")]
    public void ETag_NotOurs_IsNotParsed(string text) => Assert.False(StateETag.TryParse(text, out _));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(long.MaxValue, long.MinValue)]
    [InlineData(255, -1)]
    public void ETag_Text_ComesBack(long id, long version)
    {
        var tag = new StateETag(id, version);
        Assert.True(StateETag.TryParse(tag.ToString(), out var parsed));
        Assert.Equal(tag, parsed);
    }

    private static GrainStateKey Key(int number) => new("state", GrainId.Create("toy", $"{number}"));

    private SqliteGrainStorageOptions Options(Action<SqliteGrainStorageOptions>? configure = null)
    {
        var options = new SqliteGrainStorageOptions { DatabasePath = _directory.Combine("grains.db") };
        configure?.Invoke(options);
        return options;
    }
}
