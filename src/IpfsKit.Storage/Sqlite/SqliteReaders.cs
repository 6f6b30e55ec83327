namespace IpfsKit.Storage.Sqlite;

/// <summary>A few threads that read. Each takes some of the waiting works at a time, so that they share one view of the file and its cost.</summary>
internal sealed class SqliteReaders<TContext> : SqliteWorkers<TContext>
    where TContext : SqliteContext
{
    public SqliteReaders(SqliteFile file, SqliteQueue<TContext> queue, int threads, Func<TContext> open)
        : base(file, queue, open) => Start(threads, "reader");

    /// <inheritdoc/>
    protected override int GroupWorks => 16;

    /// <inheritdoc/>
    protected override long GroupBytes => long.MaxValue;

    /// <inheritdoc/>
    protected override bool RunGroup(TContext context, List<SqliteWork<TContext>> group)
    {
        var done = 0;
        try
        {
            context.Session.Begin();
            for (; done < group.Count; done++)
                Run(context, group[done]);
            context.Session.Commit();
            return true;
        }
        catch (Exception e)
        {
            for (; done < group.Count; done++)
                group[done].Fail(Describe("read", e));
            return false;
        }
    }

    private void Run(TContext context, SqliteWork<TContext> work)
    {
        try
        {
            work.Execute(context);
        }
        catch (Exception e) when (IsOfTheWork(e))
        {
            work.Fail(Describe("read", e));
            return;
        }

        work.Complete();
    }
}
