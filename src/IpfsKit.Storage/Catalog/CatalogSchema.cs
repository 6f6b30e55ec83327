using IpfsKit.Storage.Sqlite;

namespace IpfsKit.Storage.Catalog;

/// <summary>The tables of a catalog. Described in <c>docs/formats/sqlite-files.md</c>.</summary>
internal static class CatalogSchema
{
    /// <summary><c>IKct</c>.</summary>
    public const int ApplicationId = 0x494b6374;

    /// <summary>The versions so far.</summary>
    /// <remarks>
    /// Rows are kept in the order in which they came (<c>id</c>), so that a commit of many new roots writes few pages; the index on <c>cid</c> is in order of keys.
    /// </remarks>
    public static readonly SqliteSchema Schema = new(
        ApplicationId,
        [
            """
            CREATE TABLE roots (
                id INTEGER PRIMARY KEY,
                cid BLOB NOT NULL UNIQUE,
                v0 INTEGER NOT NULL,
                state INTEGER NOT NULL,
                epoch INTEGER NOT NULL,
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
            """,
        ]);
}
