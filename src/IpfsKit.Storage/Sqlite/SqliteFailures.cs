using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace IpfsKit.Storage.Sqlite;

/// <summary>What to make of an exception out of SQLite.</summary>
internal static class SqliteFailures
{
    /// <summary>What a caller gets to see.</summary>
    /// <param name="file">Whose failure it is.</param>
    /// <param name="doing">What was being done, as a verb.</param>
    /// <param name="exception">What was thrown.</param>
    public static Exception Describe(this SqliteFile file, string doing, Exception exception) =>
        exception is SqliteException e ? file.Faults.Failed(file.Path, doing, e.Message, e) : exception;

    /// <summary>Whether a failure is of one call alone, and the connection and its transaction are as good as before.</summary>
    public static bool IsOfOneCall(Exception exception) => exception is not SqliteException e
        || e.SqliteErrorCode is SQLITE_CONSTRAINT or SQLITE_TOOBIG or SQLITE_MISMATCH or SQLITE_RANGE;
}
