using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace IpfsKit.Storage.Sqlite;

/// <summary>Threads of their own that run works against a file, each with its own connection: SQLite's calls block, and the thread pool is not for blocking.</summary>
internal abstract class SqliteWorkers<TContext> : IAsyncDisposable
    where TContext : SqliteContext
{
    private readonly SqliteQueue<TContext> _queue;
    private readonly Func<TContext> _open;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    protected SqliteWorkers(SqliteFile file, SqliteQueue<TContext> queue, Func<TContext> open)
    {
        File = file;
        _queue = queue;
        _open = open;
    }

    /// <summary>The works that wait.</summary>
    public int QueueLength => _queue.Count;

    /// <summary>The file.</summary>
    protected SqliteFile File { get; }

    /// <summary>The most works that one <see cref="RunGroup"/> gets.</summary>
    protected abstract int GroupWorks { get; }

    /// <summary>The bytes of works after which a group gets no further one.</summary>
    protected abstract long GroupBytes { get; }

    /// <summary>Queues a work. Its place among all others is fixed when this returns, not when the task completes.</summary>
    /// <param name="work">The work; used once.</param>
    /// <param name="cancellationToken">Takes it out of the queue; has no effect once it has started.</param>
    public Task<TResult> Run<TResult>(SqliteWork<TContext, TResult> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<TResult>(cancellationToken);
        work.CancelWith(cancellationToken);
        try
        {
            _queue.Add(work);
        }
        catch
        {
            // Lets go of the token.
            work.TryStart();
            throw;
        }

        return work.Completion;
    }

    /// <summary>Does what was queued, then closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _ended.Task.ConfigureAwait(false);
    }

    /// <summary>Starts the threads. Connections open with the first work, and again after a failure.</summary>
    protected void Start(int threads, string name)
    {
        _running = threads;
        for (var i = 0; i < threads; i++)
            new Thread(Loop) { IsBackground = true, Name = $"{File.Kind} {name}" }.Start();
    }

    /// <summary>Runs a group and completes or fails every work in it. Does not throw.</summary>
    /// <returns>Whether the connection can be used further.</returns>
    protected abstract bool RunGroup(TContext context, List<SqliteWork<TContext>> group);

    /// <summary>What a caller gets to see.</summary>
    protected Exception Describe(string doing, Exception exception) =>
        exception is SqliteException e ? File.Faults.Failed(File.Path, doing, e.Message, e) : exception;

    /// <summary>Whether a failure is of one work alone, and the connection and its transaction are as good as before.</summary>
    protected static bool IsOfTheWork(Exception exception) => exception is not SqliteException e
        || e.SqliteErrorCode is SQLITE_CONSTRAINT or SQLITE_TOOBIG or SQLITE_MISMATCH or SQLITE_RANGE;

    private void Loop()
    {
        TContext? context = null;
        var group = new List<SqliteWork<TContext>>();
        while (_queue.Take(group, GroupWorks, GroupBytes))
        {
            try
            {
                context ??= _open();
            }
            catch (Exception e)
            {
                foreach (var work in group)
                    work.Fail(e);
                group.Clear();
                continue;
            }

            if (!RunGroup(context, group))
                Close(ref context);
            group.Clear();
        }

        Close(ref context);
        if (Interlocked.Decrement(ref _running) == 0)
            _ended.SetResult();
    }

    private static void Close(ref TContext? context)
    {
        context?.Dispose();
        context = null;
    }
}
