using Microsoft.Data.Sqlite;

namespace IpfsKit.Storage.Sqlite;

/// <summary>Turns what can go wrong with a file into the exceptions that its owner documents.</summary>
internal abstract class SqliteFaults
{
    /// <summary>The file was written by a newer version of the software.</summary>
    public abstract Exception NewerVersion(string path, int found, int supported);

    /// <summary>SQLite failed, or the file is not one of ours.</summary>
    /// <param name="path">The file.</param>
    /// <param name="doing">What was being done, as a verb: <c>open</c>, <c>commit</c>.</param>
    /// <param name="reason">Why it failed, as a sentence.</param>
    /// <param name="cause">What SQLite said, if it was SQLite.</param>
    public abstract Exception Failed(string path, string doing, string reason, SqliteException? cause);

    /// <summary>More works wait than the limit allows.</summary>
    public abstract Exception QueueFull(string path, string limit, long value);

    /// <summary>The owner has been disposed.</summary>
    public abstract Exception Closed(string path);
}
