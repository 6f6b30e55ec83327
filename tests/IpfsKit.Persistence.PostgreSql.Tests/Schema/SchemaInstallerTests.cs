using IpfsKit.Persistence.PostgreSql.Schema;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace IpfsKit.Persistence.PostgreSql.Tests.Schema;

/// <summary>The schema comes into a database once, whole, and nowhere where it is not wanted.</summary>
public sealed class SchemaInstallerTests(PostgresFixture postgres)
{
    private readonly SchemaInstaller _installer = new(NullLogger<SchemaInstaller>.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Install_IntoAnEmptyDatabase_MakesAllQueriesAndIsDoneOnce()
    {
        var database = await postgres.CreateDatabaseAsync();

        Assert.Equal(SchemaScripts.All.Count, await _installer.InstallAsync(database, Cancellation));
        Assert.Equal(0, await _installer.InstallAsync(database, Cancellation));

        Assert.Equal(SchemaScripts.QueryKeys.Order(StringComparer.Ordinal), await ReadAsync(database, "SELECT QueryKey FROM OrleansQuery ORDER BY QueryKey COLLATE \"C\""));
        Assert.Equal(["1"], await ReadAsync(database, "SELECT Version::text FROM IpfsKitSchema ORDER BY Version"));
    }

    [Fact]
    public async Task Install_ByManySilosAtOnce_IsDoneByOne()
    {
        var database = await postgres.CreateDatabaseAsync();

        var applied = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => _installer.InstallAsync(database, Cancellation))));

        Assert.Equal(SchemaScripts.All.Count, applied.Sum());
        Assert.Single(applied, versions => versions > 0);
    }

    [Fact]
    public async Task Install_WhereAnotherSiloIsAtIt_WaitsAndFindsItDone()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync(Cancellation);
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await ExecuteAsync(other, $"SELECT pg_advisory_xact_lock({SchemaInstaller.LockKey})");
        await ExecuteAsync(other, "CREATE TABLE IpfsKitSchema (Version integer PRIMARY KEY, AppliedAt timestamptz NOT NULL DEFAULT now())");
        await ExecuteAsync(other, SchemaScripts.All[0]);
        await ExecuteAsync(other, "INSERT INTO IpfsKitSchema (Version) VALUES (1)");

        var install = _installer.InstallAsync(database, Cancellation);
        await TestKit.Eventually.TrueAsync("it waits for the lock", async () => (await ReadAsync(database, "SELECT pid::text FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).Count == 1, TimeSpan.FromSeconds(20), Cancellation);
        Assert.False(install.IsCompleted);
        await transaction.CommitAsync(Cancellation);

        Assert.Equal(0, await install);
    }

    [Fact]
    public async Task Install_BrokenOff_LeavesNothing()
    {
        var database = await postgres.CreateDatabaseAsync();
        // One of the tables is there already, so that the script fails in its middle.
        await ExecuteAsync(database, "CREATE TABLE OrleansStorage (x integer)");

        await Assert.ThrowsAsync<PostgreSqlSchemaException>(() => _installer.InstallAsync(database, Cancellation));

        Assert.Equal(["orleansstorage"], await ReadAsync(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"));
        await ExecuteAsync(database, "DROP TABLE OrleansStorage");
        Assert.Equal(1, await _installer.InstallAsync(database, Cancellation));
    }

    [Fact]
    public async Task Install_WhereOrleansOwnScriptsWereApplied_LeavesThemAlone()
    {
        var database = await postgres.CreateDatabaseAsync();
        await ExecuteAsync(database, "CREATE TABLE OrleansQuery (QueryKey varchar(64) PRIMARY KEY, QueryText varchar(8000) NOT NULL)");
        await ExecuteAsync(database, $"INSERT INTO OrleansQuery VALUES {string.Join(", ", SchemaScripts.QueryKeys.Select(key => $"('{key}', 'theirs')"))}");

        Assert.Equal(0, await _installer.InstallAsync(database, Cancellation));

        Assert.Equal(["theirs"], await ReadAsync(database, "SELECT DISTINCT QueryText FROM OrleansQuery"));
        Assert.Equal(["orleansquery"], await ReadAsync(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task Install_WhereSomeOfOrleansOwnScriptsWereApplied_NamesTheMissingQueries()
    {
        var database = await postgres.CreateDatabaseAsync();
        await ExecuteAsync(database, "CREATE TABLE OrleansQuery (QueryKey varchar(64) PRIMARY KEY, QueryText varchar(8000) NOT NULL)");
        await ExecuteAsync(database, "INSERT INTO OrleansQuery VALUES ('ReadFromStorageKey', ''), ('WriteToStorageKey', ''), ('ClearStorageKey', '')");

        var thrown = await Assert.ThrowsAsync<PostgreSqlSchemaException>(() => _installer.InstallAsync(database, Cancellation));

        Assert.Contains("CleanupDefunctSiloEntriesKey, DeleteMembershipTableEntriesKey, DeleteStorageKey, GatewaysQueryKey", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ReadFromStorageKey", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_ByAUserWhoMayNot_SaysWhatIsMissing()
    {
        var database = await postgres.CreateDatabaseAsync();
        await ExecuteAsync(database, "CREATE ROLE reader LOGIN PASSWORD 'secret-word'");
        var restricted = new NpgsqlConnectionStringBuilder(database) { Username = "reader", Password = "secret-word" }.ConnectionString;

        var thrown = await Assert.ThrowsAsync<PostgreSqlSchemaException>(() => _installer.InstallAsync(restricted, Cancellation));

        Assert.Contains("grant its user CREATE", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Install_IntoASchemaOfTheConnectionString_StaysThere()
    {
        var database = await postgres.CreateDatabaseAsync();
        await ExecuteAsync(database, "CREATE SCHEMA mine");

        Assert.Equal(1, await _installer.InstallAsync(database + ";Search Path=mine", Cancellation));

        Assert.Empty(await ReadAsync(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"));
        // Another schema of the same database is another database to us.
        Assert.Equal(1, await _installer.InstallAsync(database, Cancellation));
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Cancellation);
        await ExecuteAsync(connection, sql);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<List<string>> ReadAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancellation))
            rows.Add(reader.GetString(0));
        return rows;
    }
}
