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
internal sealed class SqliteWriter<TContext> : SqliteWorkers<TContext>
    where TContext : SqliteContext
{
    /// <summary>The log's length, in pages of 4 KiB, after which it is copied into the file: 32 MiB. A longer log merges more writes of the same page, and takes longer to copy.</summary>
    private const int CheckpointPages = 8192;

    private readonly SqliteInstruments _instruments;
    private int _loggedPages;

    public SqliteWriter(SqliteFile file, SqliteQueue<TContext> queue, SqliteInstruments instruments, Func<TContext> open)
        : base(file, queue, open)
    {
        _instruments = instruments;
        Start(threads: 1, "writer");
    }

    /// <inheritdoc/>
    protected override int GroupWorks => 1024;

    /// <inheritdoc/>
    protected override long GroupBytes => 8 << 20;

    /// <summary>Opens the file now rather than with the first work, so that what is wrong with it shows at once.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => Run(new Nothing(), cancellationToken);

    /// <inheritdoc/>
    protected override bool RunGroup(TContext context, List<SqliteWork<TContext>> group)
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
                _instruments.GroupCommitted(File.Kind, group.Count, Stopwatch.GetElapsedTime(started));
            }
            catch (Exception e)
            {
                var undone = TryUndo(context);
                if (undone && current is not null && IsOfTheWork(e))
                {
                    current.Fail(Describe(doing, e));
                    group.Remove(current);
                    continue;
                }

                _instruments.GroupFailed(File.Kind);
                foreach (var work in group)
                    work.Fail(Describe(doing, e));
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
        try
        {
            context.Session.Rollback();
            context.AfterRollback();
            return true;
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // The caller reports the first failure, which is the cause of this one, and the connection goes.
            return false;
        }
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
            _instruments.GroupFailed(File.Kind);
            return false;
        }
    }

    private sealed class Nothing : SqliteWork<TContext, bool>
    {
        protected override bool Run(TContext context) => true;
    }
}
