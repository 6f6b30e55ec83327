namespace IpfsKit.Persistence.Sqlite;

/// <summary>Checks <see cref="SqliteGrainStorageOptions"/> at the start of a silo: all faults at once, each with the setting and the value seen.</summary>
internal sealed class SqliteGrainStorageOptionsValidator(string name, SqliteGrainStorageOptions options) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        var faults = new List<string>();
        Check(!string.IsNullOrWhiteSpace(options.DatabasePath), nameof(options.DatabasePath), options.DatabasePath, "a path");
        Check(options.BusyTimeout >= TimeSpan.Zero && options.BusyTimeout <= TimeSpan.FromHours(1), nameof(options.BusyTimeout), options.BusyTimeout, "0 to 1 hour");
        Check(options.ConcurrentReads is >= 1 and <= 64, nameof(options.ConcurrentReads), options.ConcurrentReads, "1 to 64");
        Check(options.MaxQueued is >= 1 and <= 16 << 20, nameof(options.MaxQueued), options.MaxQueued, "1 to 16,777,216");
        Check(options.MaxQueuedBytes is >= 64 << 10 and <= 16L << 30, nameof(options.MaxQueuedBytes), options.MaxQueuedBytes, "64 KiB to 16 GiB");
        Check(options.MaxStateBytes is >= 1 << 10 and <= 512 << 20, nameof(options.MaxStateBytes), options.MaxStateBytes, "1 KiB to 512 MiB");
        if (faults.Count > 0)
            throw new OrleansConfigurationException($"The SQLite grain storage '{name}' cannot be used: {string.Join(" ", faults)}");

        void Check(bool isValid, string setting, object? value, string range)
        {
            if (!isValid)
                faults.Add($"{nameof(SqliteGrainStorageOptions)}.{setting} is '{value}'; it must be {range}.");
        }
    }
}
