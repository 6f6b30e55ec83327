namespace IpfsKit.Storage.Sqlite;

/// <summary>What the tables of a file look like, version by version.</summary>
/// <param name="ApplicationId">Whose file it is: SQLite's <c>application_id</c>, at offset 68 of the file.</param>
/// <param name="Migrations">The script that leads from each version to the next; a new file runs all of them. The version is SQLite's <c>user_version</c>. Never edited, only added to.</param>
internal sealed record SqliteSchema(int ApplicationId, IReadOnlyList<string> Migrations)
{
    /// <summary>The version that this software reads and writes.</summary>
    public int Version => Migrations.Count;
}
