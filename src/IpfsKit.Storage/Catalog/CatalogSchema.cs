using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Storage.Catalog;

/// <summary>The tables of a catalog. Described in <c>docs/formats/sqlite-files.md</c>.</summary>
internal static class CatalogSchema
{
    /// <summary><c>IKct</c>.</summary>
    public const int ApplicationId = 0x494b6374;

    /// <summary>The versions so far.</summary>
    /// <remarks>
    /// The cost of a commit is the number of pages that it changes. So rows are kept in the order in which they came (<c>id</c>), where the new ones share pages, and their index, in the order of
    /// keys, is written in batches (<see cref="DeferredIndex{TKey}"/>).
    /// </remarks>
    public static readonly SqliteSchema Schema = new(
        ApplicationId,
        [
            """
            CREATE TABLE roots (
                id INTEGER PRIMARY KEY,
                cid BLOB NOT NULL,
                v0 INTEGER NOT NULL,
                state INTEGER NOT NULL,
                epoch INTEGER NOT NULL,
                revision INTEGER NOT NULL,
                size_bytes INTEGER NOT NULL,
                dag_bytes INTEGER NOT NULL,
                blocks INTEGER NOT NULL,
                whole_dag INTEGER NOT NULL,
                held_since INTEGER NOT NULL,
                committed_at INTEGER,
                heat_hour REAL,
                heat_week REAL,
                heat_at INTEGER
            );
            CREATE INDEX roots_pending ON roots (cid) WHERE state = 0;
            CREATE TABLE root_index (cid BLOB PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE pins (
                id INTEGER PRIMARY KEY,
                cid BLOB NOT NULL UNIQUE,
                mode INTEGER NOT NULL,
                name TEXT,
                pinned_at INTEGER NOT NULL
            );
            CREATE TABLE totals (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                committed_roots INTEGER NOT NULL,
                pending_roots INTEGER NOT NULL,
                recursive_pins INTEGER NOT NULL,
                direct_pins INTEGER NOT NULL,
                committed_bytes INTEGER NOT NULL
            );
            INSERT INTO totals VALUES (1, 0, 0, 0, 0, 0);
            CREATE TABLE progress (id INTEGER PRIMARY KEY CHECK (id = 1), indexed_through INTEGER NOT NULL);
            INSERT INTO progress VALUES (1, 0);
            """,
        ]);
}
