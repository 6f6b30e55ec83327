using Microsoft.Data.Sqlite;
using SQLitePCL;
using static SQLitePCL.raw;

namespace IpfsKit.Storage.Sqlite;

/// <summary>A prepared statement, used again and again by the one thread that owns its session.</summary>
/// <remarks>
/// Straight on SQLite's interface: a command of Microsoft.Data.Sqlite allocates a reader, boxes its parameters and costs several times the statement itself.
/// Parameters count from 1, columns from 0. SQLite copies what is bound.
/// </remarks>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(sqlite3 database, string sql)
    {
        _database = database;
        SqliteException.ThrowExceptionForRC(sqlite3_prepare_v3(database, sql, SQLITE_PREPARE_PERSISTENT, out _statement), database);
    }

    public SqliteStatement Bind(int parameter, long value)
    {
        Check(sqlite3_bind_int64(_statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, double value)
    {
        Check(sqlite3_bind_double(_statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, double? value)
    {
        Check(value is { } number ? sqlite3_bind_double(_statement, parameter, number) : sqlite3_bind_null(_statement, parameter));
        return this;
    }

    public SqliteStatement Bind(int parameter, long? value)
    {
        Check(value is { } number ? sqlite3_bind_int64(_statement, parameter, number) : sqlite3_bind_null(_statement, parameter));
        return this;
    }

    public SqliteStatement BindBlob(int parameter, ReadOnlySpan<byte> value)
    {
        // An empty span has no address, and SQLite takes a blob without one for NULL.
        Check(value.IsEmpty ? sqlite3_bind_zeroblob(_statement, parameter, 0) : sqlite3_bind_blob(_statement, parameter, value));
        return this;
    }

    /// <summary>Binds text that is UTF-8 already.</summary>
    public SqliteStatement BindText(int parameter, ReadOnlySpan<byte> utf8)
    {
        Check(utf8.IsEmpty ? sqlite3_bind_text(_statement, parameter, "") : sqlite3_bind_text(_statement, parameter, utf8));
        return this;
    }

    public SqliteStatement BindText(int parameter, string? value)
    {
        Check(value is null ? sqlite3_bind_null(_statement, parameter) : sqlite3_bind_text(_statement, parameter, value));
        return this;
    }

    /// <summary>Goes to the next row; false, and reset for the next use, when there is none.</summary>
    public bool Step()
    {
        var result = sqlite3_step(_statement);
        if (result == SQLITE_ROW)
            return true;
        try
        {
            Check(result);
        }
        finally
        {
            _ = sqlite3_reset(_statement);
        }

        return false;
    }

    /// <summary>Runs a statement that returns no row; returns the number of rows that it changed.</summary>
    public int Execute()
    {
        while (Step())
        {
            // A row here is the answer of a PRAGMA.
        }

        return sqlite3_changes(_database);
    }

    /// <summary>Ends a query before its last row. Until then it keeps its transaction's view of the file.</summary>
    public void Reset() => _ = sqlite3_reset(_statement);

    public bool IsNull(int column) => sqlite3_column_type(_statement, column) == SQLITE_NULL;

    public long Int64(int column) => sqlite3_column_int64(_statement, column);

    public double Double(int column) => sqlite3_column_double(_statement, column);

    /// <summary>Bytes that are valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => sqlite3_column_blob(_statement, column);

    public string? Text(int column) => IsNull(column) ? null : sqlite3_column_text(_statement, column).utf8_to_string();

    public void Dispose() => _statement.Dispose();

    private void Check(int result)
    {
        if (result is not (SQLITE_OK or SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(result, _database);
    }
}
