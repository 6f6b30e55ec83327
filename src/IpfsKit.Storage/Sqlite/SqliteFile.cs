namespace IpfsKit.Storage.Sqlite;

/// <summary>One database file: where it is, what is in it, what its failures are called.</summary>
/// <param name="path">The file; its folder is made if it is not there. <c>-wal</c> and <c>-shm</c> files appear beside it.</param>
/// <param name="kind">A short name for metrics and thread names.</param>
/// <param name="schema">What is in it.</param>
/// <param name="busyTimeout">How long to wait for another process that has it locked.</param>
/// <param name="faults">What its failures are called.</param>
internal sealed class SqliteFile(string path, string kind, SqliteSchema schema, TimeSpan busyTimeout, SqliteFaults faults)
{
    /// <summary>The full path.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>A short name for metrics and thread names.</summary>
    public string Kind { get; } = kind;

    /// <summary>What is in it.</summary>
    public SqliteSchema Schema { get; } = schema;

    /// <summary>How long to wait for another process that has it locked.</summary>
    public TimeSpan BusyTimeout { get; } = busyTimeout;

    /// <summary>What its failures are called.</summary>
    public SqliteFaults Faults { get; } = faults;
}
