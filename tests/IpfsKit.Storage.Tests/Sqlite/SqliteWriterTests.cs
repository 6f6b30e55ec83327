using IpfsKit.TestKit;
using Microsoft.Data.Sqlite;

namespace IpfsKit.Storage.Tests.Sqlite;

public sealed class SqliteWriterTests : IDisposable
{
    private const int SqliteFull = 13;
    private const int SqliteConstraint = 19;

    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.Combine("notes.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Group_WritesThatWait_ShareOneCommit()
    {
        await using var notes = new Notes(FilePath);
        var gate = await notes.HoldAsync();
        var writes = Enumerable.Range(0, 100).Select(i => notes.AddAsync($"note {i}")).ToArray();
        gate.Set();
        await Task.WhenAll(writes);
        Assert.Equal(100, notes.Context.Commits[^1]);
        Assert.Equal(100, await notes.CountAsync());
    }

    [Fact]
    public async Task Group_Works_RunInTheOrderOfTheCallsAndSeeEachOther()
    {
        await using var notes = new Notes(FilePath);
        var gate = await notes.HoldAsync();
        var counts = Enumerable.Range(0, 50).Select(i => notes.DoAsync(context =>
        {
            context.Insert($"note {i}");
            return context.Count();
        })).ToArray();
        gate.Set();
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), await Task.WhenAll(counts));
    }

    [Fact]
    public async Task Group_OneWorkFails_OthersAreDurable()
    {
        await using var notes = new Notes(FilePath);
        var gate = await notes.HoldAsync();
        var first = notes.AddAsync("one");
        var bad = notes.AddAsync("forbidden");
        var thrown = notes.DoAsync<bool>(_ => throw new InvalidTimeZoneException());
        var last = notes.AddAsync("two");
        gate.Set();

        var failure = await Assert.ThrowsAsync<NotesException>(() => bad);
        Assert.Equal(("write", SqliteConstraint), (failure.Doing, failure.Code));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => thrown);
        await Task.WhenAll(first, last);
        Assert.Equal(2, await notes.CountAsync());
        Assert.Equal(2, notes.Context.Commits[^1]);
    }

    [Fact]
    public async Task Group_CommitFails_AllFailNothingIsKeptAndTheNextSucceeds()
    {
        await using var notes = new Notes(FilePath);
        var gate = await notes.HoldAsync();
        // A dangling reference is found by COMMIT itself.
        Task[] writes = [notes.AddAsync("one"), notes.AddAsync("two", see: 4711), notes.AddAsync("three")];
        gate.Set();
        foreach (var write in writes)
            Assert.Equal("commit", (await Assert.ThrowsAsync<NotesException>(() => write)).Doing);
        Assert.Equal(0, await notes.CountAsync());

        await notes.AddAsync("four");
        Assert.Equal(1, await notes.CountAsync());
    }

    [Fact]
    public async Task Group_DiskFull_FailsWithWhatIsWrongAndReadsGoOn()
    {
        await using var notes = new Notes(FilePath, maxPages: 20);
        await notes.AddAsync("small");
        var failure = await Assert.ThrowsAsync<NotesException>(() => notes.AddAsync(new string('x', 200_000)));
        Assert.Equal(SqliteFull, failure.Code);
        Assert.Equal(1, await notes.CountAsync());
        await notes.AddAsync("small again");
        Assert.Equal(2, await notes.CountAsync());
    }

    [Fact]
    public async Task Open_FileIsUnusable_FailsAndSucceedsOnceItIsUsable()
    {
        Directory.CreateDirectory(FilePath);
        await using var notes = new Notes(FilePath);
        var failure = await Assert.ThrowsAsync<NotesException>(() => notes.AddAsync("one"));
        Assert.Equal("open", failure.Doing);
        Directory.Delete(FilePath);
        await notes.AddAsync("two");
        Assert.Equal(1, await notes.CountAsync());
    }

    [Fact]
    public async Task Cancel_WhileQueued_LeavesTheWorkOut()
    {
        await using var notes = new Notes(FilePath);
        var gate = await notes.HoldAsync();
        using var source = new CancellationTokenSource();
        var cancelled = notes.CancellableAddAsync("cancelled", null, source.Token);
        var other = notes.CancellableAddAsync("other", null, source.Token);
        var kept = notes.AddAsync("kept");
        await source.CancelAsync();
        gate.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
        await kept;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => notes.CancellableAddAsync("too late", null, source.Token));
        Assert.Equal(1, await notes.CountAsync());
    }

    [Fact]
    public async Task Queue_Full_RefusesNamingTheLimitAndTakesMoreLater()
    {
        await using var notes = new Notes(FilePath, maxWorks: 5);
        var gate = await notes.HoldAsync();
        var writes = Enumerable.Range(0, 5).Select(_ => notes.AddAsync("fits")).ToArray();
        var refused = await Assert.ThrowsAsync<NotesQueueFullException>(() => notes.AddAsync("one too many"));
        Assert.Equal(("works", 5), (refused.Limit, refused.Value));
        gate.Set();
        await Task.WhenAll(writes);
        await notes.AddAsync("later");
        Assert.Equal(6, await notes.CountAsync());
    }

    [Fact]
    public async Task Queue_TooManyBytes_RefusesNamingTheLimit()
    {
        await using var notes = new Notes(FilePath, maxBytes: 100_000);
        var gate = await notes.HoldAsync();
        var write = notes.AddAsync(new string('x', 60_000));
        var refused = await Assert.ThrowsAsync<NotesQueueFullException>(() => notes.AddAsync(new string('x', 60_000)));
        Assert.Equal(("bytes", 100_000), (refused.Limit, refused.Value));
        gate.Set();
        await write;
    }

    [Fact]
    public async Task Dispose_WorksThatWait_AreDone()
    {
        var notes = new Notes(FilePath);
        var gate = await notes.HoldAsync();
        var writes = Enumerable.Range(0, 10).Select(i => notes.AddAsync($"note {i}")).ToArray();
        var disposal = notes.DisposeAsync();
        gate.Set();
        await disposal;
        await Task.WhenAll(writes);
        var refused = notes.AddAsync("after");
        await Assert.ThrowsAsync<ObjectDisposedException>(() => refused);
        Assert.False(File.Exists(FilePath + "-wal"), "closing copies the log into the file");
        await using var again = new Notes(FilePath);
        await again.Writer.OpenAsync(Notes.Token);
        Assert.Equal(10, await again.CountAsync());
    }

    [Fact]
    public async Task Log_MuchWritten_IsCopiedIntoTheFileAndStartsOver()
    {
        await using var notes = new Notes(FilePath);
        var text = new string('x', 1 << 20);
        for (var i = 0; i < 100; i++)
            await notes.AddAsync(text);
        Assert.InRange(new FileInfo(FilePath + "-wal").Length, 1, 48 << 20);
        Assert.Equal(100, await notes.CountAsync());
    }

    [Fact]
    public async Task Open_NewerVersion_IsRefusedAndTheFileStaysAsItIs()
    {
        await using (var notes = new Notes(FilePath, schema: NotesFile.Schema with { Migrations = [.. NotesFile.Schema.Migrations, "CREATE TABLE more (id INTEGER)"] }))
            await notes.AddAsync("from the future");
        var before = await File.ReadAllBytesAsync(FilePath, Notes.Token);

        await using var old = new Notes(FilePath);
        var refused = await Assert.ThrowsAsync<NotesVersionException>(() => old.AddAsync("no"));
        Assert.Equal((2, 1), (refused.Found, refused.Supported));
        Assert.Equal(before, await File.ReadAllBytesAsync(FilePath, Notes.Token));
    }

    [Fact]
    public async Task Open_OlderVersion_IsBroughtUpToDate()
    {
        await using (var old = new Notes(FilePath))
            await old.AddAsync("old");
        await using var notes = new Notes(FilePath, schema: NotesFile.Schema with { Migrations = [.. NotesFile.Schema.Migrations, "ALTER TABLE notes ADD COLUMN more TEXT"] });
        await notes.AddAsync("new");
        Assert.Equal(2, await notes.CountAsync());
        Assert.Equal(2, Ask("PRAGMA user_version"));
    }

    [Fact]
    public async Task Open_DatabaseOfSomethingElse_IsRefused()
    {
        Ask("CREATE TABLE other (id INTEGER); SELECT 0");
        await using var notes = new Notes(FilePath);
        var refused = await Assert.ThrowsAsync<NotesException>(() => notes.AddAsync("no"));
        Assert.Equal("open", refused.Doing);
        Assert.Contains("something else", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_OfTheWriter_AreDurable()
    {
        await using var notes = new Notes(FilePath);
        var (mode, synchronous) = await notes.DoAsync(context =>
        {
            var journal = context.Session.Prepare("PRAGMA journal_mode");
            journal.Step();
            var sync = context.Session.Prepare("PRAGMA synchronous");
            sync.Step();
            var settings = (journal.Text(0), sync.Int64(0));
            journal.Reset();
            sync.Reset();
            return settings;
        });
        Assert.Equal(("wal", 2), (mode, synchronous));
    }

    private long Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
