using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Storage.Tests.Sqlite;

/// <summary>A writer and a reader over a file of notes, with a gate that holds the writer so that a group gathers.</summary>
internal sealed class Notes : IAsyncDisposable
{
    private readonly SqliteInstruments _instruments = new(null, "IpfsKit.Tests.Notes");
    private NotesContext? _context;

    public Notes(string path, int maxWorks = 10_000, long maxBytes = 64 << 20, SqliteSchema? schema = null, long? maxPages = null)
    {
        var file = NotesFile.At(path, schema);
        Writer = new SqliteWriter<NotesContext>(file, new SqliteQueue<NotesContext>(file.Path, maxWorks, maxBytes, file.Faults), _instruments, () =>
        {
            var session = SqliteSession.OpenWriter(file);
            if (maxPages is { } pages)
                session.Prepare($"PRAGMA max_page_count = {pages}").Execute();
            return _context = new NotesContext(session);
        });
        Readers = new SqliteReaders<NotesContext>(
            file, 2, maxWorks, () => new NotesContext(SqliteSession.OpenReader(file)));
    }

    public SqliteWriter<NotesContext> Writer { get; }

    public SqliteReaders<NotesContext> Readers { get; }

    public NotesContext Context => _context!;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public Task<int> AddAsync(string text, long? see = null) => CancellableAddAsync(text, see, Token);

    public Task<int> CancellableAddAsync(string text, long? see, CancellationToken cancellationToken) => Writer.Run(
        new SqliteCall<NotesContext, (string Text, long? See), int>(
            (text, see),
            static (context, a) =>
            {
                context.InGroup++;
                return context.Insert(a.Text, a.See);
            },
            text.Length),
        cancellationToken);

    public Task<T> DoAsync<T>(Func<NotesContext, T> what) =>
        Writer.Run(new SqliteCall<NotesContext, Func<NotesContext, T>, T>(what, static (context, what) => what(context)), Token);

    public Task<long> CountAsync() => Readers.Run(true, static (context, _) => context.Count(), Token).AsTask();

    /// <summary>Holds the writer inside a transaction of its own until the gate opens.</summary>
    public async Task<ManualResetEventSlim> HoldAsync()
    {
        var gate = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var held = DoAsync(_ =>
        {
            entered.TrySetResult();
            gate.Wait(TimeSpan.FromSeconds(30));
            return true;
        });
        Assert.Same(entered.Task, await Task.WhenAny(entered.Task, held));
        return gate;
    }

    public async ValueTask DisposeAsync()
    {
        await Readers.DisposeAsync();
        await Writer.DisposeAsync();
        _instruments.Dispose();
    }
}
