namespace IpfsKit.Persistence.Sqlite;

/// <summary>Grain state could not be read or written, for a reason that is not the grain's: the disk, the file, a limit.</summary>
/// <remarks>What was to be written was not acknowledged; whether it is found after a crash is unknown. The storage goes on: the next call tries the file again.</remarks>
[GenerateSerializer, Alias("ipfskit.SqliteGrainStorageException")]
public sealed class SqliteGrainStorageException : OrleansException
{
    /// <summary>Says what is wrong.</summary>
    public SqliteGrainStorageException(string message, string path, bool isDiskFull = false, Exception? innerException = null)
        : base(message, innerException!)
    {
        Path = path;
        IsDiskFull = isDiskFull;
    }

    /// <summary>The database file.</summary>
    [Id(0)] public string Path { get; }

    /// <summary>Whether the disk has no room.</summary>
    [Id(1)] public bool IsDiskFull { get; }
}
