using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Persistence.Sqlite.Database;

/// <summary>The tables of a grain state file. Described in <c>docs/formats/sqlite-files.md</c>.</summary>
internal static class GrainStateSchema
{
    /// <summary><c>IKgs</c>.</summary>
    public const int ApplicationId = 0x494b6773;

    /// <summary>The versions so far.</summary>
    /// <remarks>
    /// The cost of a commit is the number of pages that it changes. So rows are kept in the order in which they came, where the new ones share pages, and the index, which holds eight bytes of
    /// hash instead of the key, is written in batches (<see cref="DeferredIndex{TKey}"/>).
    /// </remarks>
    public static readonly SqliteSchema Schema = new(
        ApplicationId,
        [
            """
            CREATE TABLE states (
                id INTEGER PRIMARY KEY,
                hash INTEGER NOT NULL,
                service TEXT NOT NULL,
                grain TEXT NOT NULL,
                name TEXT NOT NULL,
                version INTEGER NOT NULL,
                payload BLOB NOT NULL
            );
            CREATE TABLE state_index (hash INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (hash, id)) WITHOUT ROWID;
            CREATE TABLE progress (id INTEGER PRIMARY KEY CHECK (id = 1), indexed_through INTEGER NOT NULL);
            INSERT INTO progress VALUES (1, 0);
            """,
        ]);
}
