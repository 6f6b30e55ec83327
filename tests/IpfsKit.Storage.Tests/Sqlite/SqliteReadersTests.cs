using IpfsKit.TestKit;

namespace IpfsKit.Storage.Tests.Sqlite;

public sealed class SqliteReadersTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Reads_BeyondTheSessions_AreServedAfterThem()
    {
        await using var notes = await OpenAsync(maxWorks: 10);
        using var gate = new ManualResetEventSlim();
        var held = await HoldAllAsync(notes, gate);
        var order = new List<int>();
        var waiting = Enumerable.Range(0, 10).Select(i => ReadAsync(notes, _ =>
        {
            lock (order)
                order.Add(i);
            return 1;
        })).ToArray();
        Assert.All(waiting, read => Assert.False(read.IsCompleted));

        gate.Set();
        await Task.WhenAll([.. held, .. waiting]);

        Assert.Equal(Enumerable.Range(0, 10), order.Order());
    }

    [Fact]
    public async Task Reads_BeyondTheLimit_AreRefusedAndTheOthersServed()
    {
        await using var notes = await OpenAsync(maxWorks: 3);
        using var gate = new ManualResetEventSlim();
        var held = await HoldAllAsync(notes, gate);
        var waiting = Enumerable.Range(0, 3).Select(_ => notes.CountAsync()).ToArray();

        var refused = await Assert.ThrowsAsync<NotesQueueFullException>(notes.CountAsync);

        Assert.Equal(("reads", 3), (refused.Limit, refused.Value));
        gate.Set();
        await Task.WhenAll(held);
        Assert.All(await Task.WhenAll(waiting), count => Assert.Equal(0, count));
        Assert.Equal(0, await notes.CountAsync());
    }

    [Fact]
    public async Task Read_CancelledWhileItWaits_GivesItsPlaceBack()
    {
        await using var notes = await OpenAsync(maxWorks: 1);
        using var gate = new ManualResetEventSlim();
        var held = await HoldAllAsync(notes, gate);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var cancelled = notes.Readers.Run(0, static (context, _) => context.Count(), stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        var next = notes.CountAsync();
        gate.Set();
        await Task.WhenAll(held);
        Assert.Equal(0, await next);
    }

    [Fact]
    public async Task Read_ThatThrows_LeavesTheSessionsUsable()
    {
        await using var notes = await OpenAsync();
        for (var i = 0; i < 10; i++)
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => ReadAsync(notes, _ => throw new InvalidTimeZoneException()));
        await notes.AddAsync("one");
        Assert.Equal(1, await notes.CountAsync());
    }

    [Fact]
    public async Task Read_ThatSqliteRefuses_IsDescribedAndTheNextHasANewSession()
    {
        await using var notes = await OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            var failure = await Assert.ThrowsAsync<NotesException>(() => ReadAsync(notes, context => context.Insert("a reader does not write")));
            Assert.Equal("read", failure.Doing);
        }

        Assert.Equal(0, await notes.CountAsync());
    }

    [Fact]
    public async Task Dispose_WaitsForReadsAndRefusesLaterOnes()
    {
        var notes = await OpenAsync();
        using var gate = new ManualResetEventSlim();
        var held = await HoldAllAsync(notes, gate);
        var disposing = notes.Readers.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        gate.Set();
        await Task.WhenAll([.. held, disposing]);
        await Assert.ThrowsAsync<ObjectDisposedException>(notes.CountAsync);
        await notes.Writer.DisposeAsync();
    }

    private async Task<Notes> OpenAsync(int maxWorks = 100)
    {
        var notes = new Notes(_directory.Combine("notes.db"), maxWorks);
        await notes.Writer.OpenAsync(Token);
        return notes;
    }

    /// <summary>Occupies both sessions until the gate opens.</summary>
    private static async Task<Task[]> HoldAllAsync(Notes notes, ManualResetEventSlim gate)
    {
        using var entered = new CountdownEvent(2);
        var held = Enumerable.Range(0, 2).Select(_ => Task.Run(() => ReadAsync(notes, _ =>
        {
            entered.Signal();
            return gate.Wait(TimeSpan.FromSeconds(30)) ? 1 : 0;
        }))).ToArray();
        await Task.Run(() => entered.Wait(TimeSpan.FromSeconds(30), Token));
        return held;
    }

    private static Task<int> ReadAsync(Notes notes, Func<NotesContext, int> read) =>
        notes.Readers.Run(read, static (context, read) => read(context), Token).AsTask();
}
