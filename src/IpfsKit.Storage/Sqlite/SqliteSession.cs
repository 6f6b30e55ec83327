using Microsoft.Data.Sqlite;
using SQLitePCL;
using static SQLitePCL.raw;

namespace IpfsKit.Storage.Sqlite;

/// <summary>One connection to a file, with its prepared statements. Belongs to one thread.</summary>
/// <remarks>
/// WAL with <c>synchronous=FULL</c>: a commit returns after its part of the log has been synced. Readers have their own sessions and see the last commit before they began;
/// neither side waits for the other. The log is copied into the file (a <em>checkpoint</em>) when the writer says so, not inside some commit.
/// </remarks>
internal sealed class SqliteSession : IDisposable
{
    /// <summary>The writer's cache of pages, in KiB. Not larger, because SQLite walks through all of it after a commit that has split a page.</summary>
    private const int WriterCacheKib = 8 << 10;

    /// <summary>A reader's cache of pages, in KiB; behind it are the pages that the operating system caches.</summary>
    private const int ReaderCacheKib = 4 << 10;

    private const int CacheWriteStatus = 9;

    private readonly SqliteConnection _connection;
    private readonly List<SqliteStatement> _statements = [];
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;

    private SqliteSession(SqliteConnection connection, bool writes)
    {
        _connection = connection;
        _begin = Prepare(writes ? "BEGIN IMMEDIATE" : "BEGIN");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
    }

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => sqlite3_get_autocommit(Handle) == 0;

    private sqlite3 Handle => _connection.Handle!;

    /// <summary>Opens the file for the one that writes; makes it, or brings it to the newest version of its tables.</summary>
    public static SqliteSession OpenWriter(SqliteFile file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
        return Open(file, writes: true);
    }

    /// <summary>Opens a file that is there for reading.</summary>
    public static SqliteSession OpenReader(SqliteFile file) => Open(file, writes: false);

    /// <summary>Prepares a statement that lives as long as the session.</summary>
    public SqliteStatement Prepare(string sql)
    {
        var statement = new SqliteStatement(Handle, sql);
        _statements.Add(statement);
        return statement;
    }

    public void Begin() => _begin.Execute();

    /// <summary>Makes what a writer did durable, or ends a reader's view.</summary>
    public void Commit() => _commit.Execute();

    private void Rollback()
    {
        if (InTransaction)
            _rollback.Execute();
    }

    /// <summary>Ends a transaction, if one is open, without its changes; false if SQLite cannot, and the session must go.</summary>
    public bool TryRollback()
    {
        try
        {
            Rollback();
            return true;
        }
        catch (SqliteException)
        {
            // The caller reports the first failure, which is the cause of this one.
            return false;
        }
    }

    /// <summary>The pages that were written to the log since the last call.</summary>
    public int TakeWrittenPages() =>
        sqlite3_db_status(Handle, CacheWriteStatus, out var pages, out _, 1) == SQLITE_OK ? pages : 0;

    /// <summary>Copies the log into the file, as far as readers allow; the next commit then starts over at the log's beginning if all of it was copied.</summary>
    /// <returns>Whether all of it was.</returns>
    public bool Checkpoint()
    {
        var result = sqlite3_wal_checkpoint_v2(Handle, null, SQLITE_CHECKPOINT_PASSIVE, out var logged, out var copied);
        if (result == SQLITE_BUSY)
            return false;
        SqliteException.ThrowExceptionForRC(result, Handle);
        return copied >= logged;
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _connection.Dispose();
    }

    private static SqliteSession Open(SqliteFile file, bool writes)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file.Path,
            Mode = writes ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            _ = sqlite3_busy_timeout(connection.Handle, (int)file.BusyTimeout.TotalMilliseconds);
            if (writes)
                Migrate(connection, file);
            Run(connection, $"PRAGMA cache_size = -{(writes ? WriterCacheKib : ReaderCacheKib)}");
            Run(connection, writes ? "PRAGMA synchronous = FULL" : "PRAGMA query_only = ON");
            Run(connection, "PRAGMA wal_autocheckpoint = 0");
            return new SqliteSession(connection, writes);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw file.Faults.Failed(file.Path, "open", e.Message, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Migrate(SqliteConnection connection, SqliteFile file)
    {
        var schema = file.Schema;
        var version = (int)Ask(connection, "PRAGMA user_version");
        var application = (int)Ask(connection, "PRAGMA application_id");
        var isNew = version == 0 && application == 0 && Ask(connection, "SELECT count(*) FROM sqlite_master") == 0;
        if (!isNew && application != schema.ApplicationId)
            throw file.Faults.Failed(file.Path, "open", $"It is a database of something else (application id {application}).", null);
        if (version > schema.Version)
            throw file.Faults.NewerVersion(file.Path, version, schema.Version);

        var mode = Text(connection, "PRAGMA journal_mode = WAL");
        if (mode != "wal")
            throw file.Faults.Failed(file.Path, "open", $"The file system does not support its log: the journal mode is '{mode}', not 'wal'.", null);
        Run(connection, "PRAGMA synchronous = FULL");
        if (version == schema.Version)
            return;

        Run(connection, "BEGIN IMMEDIATE");
        // Another process may have come first between the question above and the lock.
        for (var next = (int)Ask(connection, "PRAGMA user_version"); next < schema.Version; next++)
            Run(connection, schema.Migrations[next]);
        Run(connection, $"PRAGMA application_id = {schema.ApplicationId}");
        Run(connection, $"PRAGMA user_version = {schema.Version}");
        Run(connection, "COMMIT");
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text comes from this assembly; PRAGMA and schema statements take no parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static long Ask(SqliteConnection connection, string sql) => Convert.ToInt64(Scalar(connection, sql), null);

    private static string? Text(SqliteConnection connection, string sql) => Scalar(connection, sql) as string;

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // As above.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
