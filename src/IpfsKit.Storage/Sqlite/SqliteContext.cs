namespace IpfsKit.Storage.Sqlite;

/// <summary>What works run in: a session and the statements of one kind of file. Belongs to one thread.</summary>
internal abstract class SqliteContext(SqliteSession session) : IDisposable
{
    /// <summary>The connection.</summary>
    public SqliteSession Session { get; } = session;

    /// <summary>Called by the writer inside the transaction, after the last work of a group.</summary>
    public virtual void BeforeCommit()
    {
    }

    /// <summary>Called by the writer when a group is durable, before its works complete.</summary>
    public virtual void AfterCommit()
    {
    }

    /// <summary>Called by the writer when a group has been undone; what was remembered about it must be forgotten.</summary>
    public virtual void AfterRollback()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => Session.Dispose();
}
