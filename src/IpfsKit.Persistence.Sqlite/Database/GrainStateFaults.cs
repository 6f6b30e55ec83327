using IpfsKit.Storage;
using IpfsKit.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace IpfsKit.Persistence.Sqlite.Database;

internal sealed class GrainStateFaults : SqliteFaults
{
    public override Exception NewerVersion(string path, int found, int supported) => new DataDirectoryVersionException(path, found, supported);

    public override Exception Failed(string path, string doing, string reason, SqliteException? cause) =>
        new SqliteGrainStorageException($"Could not {doing} the grain state file '{path}': {reason}", path, cause?.SqliteErrorCode == SQLITE_FULL, cause);

    public override Exception QueueFull(string path, string limit, long value) =>
        new SqliteGrainStorageException($"The grain state file '{path}' has as many operations waiting as it may: {value} {limit}.", path);

    public override Exception Closed(string path) =>
        new SqliteGrainStorageException($"The grain state file '{path}' has been closed: the silo is stopping.", path);
}
