using System.Diagnostics;

namespace IpfsKit.Storage.Sqlite;

/// <summary>The one thread that writes a file. All works that wait go into one transaction and share its sync: <em>group commit</em>.</summary>
/// <remarks>
/// <para>A sync costs a tenth to several milliseconds whatever it carries, so a transaction for each write allows a few thousand of them per second; while one group
/// is being synced the next one gathers, so the more callers there are, the more a sync carries. A lone caller waits for nobody.</para>
/// <para>Works of a group run in the order in which they were queued, and see what those before them did. None completes before the group is durable.</para>
/// <para>A work that throws by itself (too large a value, say) fails alone: the group is undone and run again without it. When the transaction or the commit fails (disk full, I/O
/// error), all of the group fail, and what was written is undone; after such an error the connection is opened anew, because only SQLite's own recovery knows
/// what the file holds. Whether a write whose commit failed will be found after a crash is unknown, as with every database.</para>
/// </remarks>
internal sealed class SqliteWriter<TContext> : IAsyncDisposable
    where TContext : SqliteContext
{
    /// <summary>The most works of a group.</summary>
    private const int GroupWorks = 1024;

    /// <summary>The bytes of works after which a group gets no further one.</summary>
    private const long GroupBytes = 8 << 20;

    /// <summary>The log's length, in pages of 4 KiB, after which it is copied into the file: 32 MiB. A longer log merges more writes of the same page, and takes longer to copy.</summary>
    private const int CheckpointPages = 8192;

    private readonly SqliteFile _file;
    private readonly SqliteQueue<TContext> _queue;
    private readonly SqliteInstruments _instruments;
    private readonly Func<TContext> _open;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _loggedPages;

    /// <summary>Starts the thread. The connection opens with the first work, and again after a failure.</summary>
    public SqliteWriter(SqliteFile file, SqliteQueue<TContext> queue, SqliteInstruments instruments, Func<TContext> open)
    {
        _file = file;
        _queue = queue;
        _instruments = instruments;
        _open = open;
        new Thread(Loop) { IsBackground = true, Name = $"{file.Kind} writer" }.Start();
    }

    /// <summary>The works that wait.</summary>
    public int QueueLength => _queue.Count;

    /// <summary>Opens the file now rather than with the first work, so that what is wrong with it shows at once.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => FlushAsync(cancellationToken);

    /// <summary>Completes when every work that was queued before has been done or has failed.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => Run(new Nothing(), cancellationToken);

    /// <summary>Queues a work. Its place among all others is fixed when this returns, not when the task completes.</summary>
    /// <param name="work">The work; used once.</param>
    /// <param name="cancellationToken">Takes it out of the queue; has no effect once it has started.</param>
    /// <returns>The result, or the failure: also that it was not queued. Does not throw.</returns>
    public Task<TResult> Run<TResult>(SqliteWork<TContext, TResult> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<TResult>(cancellationToken);
        work.CancelWith(cancellationToken);
        try
        {
            _queue.Add(work);
        }
        catch (Exception e)
        {
            // Lets go of the token.
            work.TryStart();
            return Task.FromException<TResult>(e);
        }

        return work.Completion;
    }

    /// <summary>Does what was queued, then closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _ended.Task.ConfigureAwait(false);
    }

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
            {
                context.Dispose();
                context = null;
            }

            group.Clear();
        }

        context?.Dispose();
        _ended.SetResult();
    }

    /// <summary>Runs a group and completes or fails every work in it. Does not throw.</summary>
    /// <returns>Whether the connection can be used further.</returns>
    private bool RunGroup(TContext context, List<SqliteWork<TContext>> group)
    {
        while (group.Count > 0)
        {
            SqliteWork<TContext>? current = null;
            var doing = "lock";
            try
            {
                var started = Stopwatch.GetTimestamp();
                context.Session.Begin();
                doing = "write";
                foreach (var work in group)
                {
                    current = work;
                    work.Execute(context);
                }

                current = null;
                context.BeforeCommit();
                doing = "commit";
                context.Session.Commit();
                _instruments.GroupCommitted(_file.Kind, group.Count, Stopwatch.GetElapsedTime(started));
            }
            catch (Exception e)
            {
                var undone = TryUndo(context);
                if (undone && current is not null && SqliteFailures.IsOfOneCall(e))
                {
                    current.Fail(_file.Describe(doing, e));
                    group.Remove(current);
                    continue;
                }

                _instruments.GroupFailed(_file.Kind);
                foreach (var work in group)
                    work.Fail(_file.Describe(doing, e));
                return false;
            }

            context.AfterCommit();
            foreach (var work in group)
                work.Complete();
            return TryCheckpoint(context);
        }

        return true;
    }

    private static bool TryUndo(TContext context)
    {
        if (!context.Session.TryRollback())
            return false;
        context.AfterRollback();
        return true;
    }

    private bool TryCheckpoint(TContext context)
    {
        _loggedPages += context.Session.TakeWrittenPages();
        if (_loggedPages < CheckpointPages)
            return true;
        try
        {
            // A reader that is still in an old view keeps a part of the log: it is copied a little later.
            _loggedPages = context.Session.Checkpoint() ? 0 : CheckpointPages * 3 / 4;
            return true;
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // What was acknowledged is in the log and stays there. If the disk is the reason, the next commit fails and says so.
            _instruments.GroupFailed(_file.Kind);
            return false;
        }
    }

    private sealed class Nothing : SqliteWork<TContext, bool>
    {
        protected override bool Run(TContext context) => true;
    }
}
