using Microsoft.Extensions.Logging;
using Npgsql;

namespace IpfsKit.Persistence.PostgreSql.Schema;

/// <summary>Brings the schema of a database to the version of this assembly.</summary>
/// <remarks>
/// <para>All in one transaction, under an advisory lock of the database, so that of several silos that start at once one works and the others find it done. The table <c>IpfsKitSchema</c> has a row for each version that was applied.</para>
/// <para>A database of which this table is missing and <c>OrleansQuery</c> is not belongs to somebody who applied Orleans' own scripts: it is left as it is, and must have all queries.</para>
/// </remarks>
internal sealed partial class SchemaInstaller(ILogger<SchemaInstaller> logger)
{
    // Any number that nobody else locks by: "ipfskit1" in ASCII.
    internal const long LockKey = 0x697066736b697431;

    private const string PrivilegeMissing = "42501";

    /// <summary>Applies what is missing.</summary>
    /// <returns>How many versions were applied; 0 if the schema was there.</returns>
    /// <exception cref="PostgreSqlSchemaException">It is not there and could not be applied.</exception>
    public async Task<int> InstallAsync(string connectionString, CancellationToken cancellationToken)
    {
        using var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            // Most starts find everything there, and wait for nobody.
            if (await VersionAsync(connection, cancellationToken).ConfigureAwait(false) >= SchemaScripts.All.Count)
                return 0;
            return await ApplyAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (exception.SqlState == PrivilegeMissing)
        {
            throw new PostgreSqlSchemaException(
                $"{Describe(connection)}: {exception.MessageText}. The first silo makes the tables that Orleans needs: grant its user CREATE on the schema, or let it start once as a user who may.", exception);
        }
        catch (NpgsqlException exception)
        {
            throw new PostgreSqlSchemaException($"{Describe(connection)}: {exception.Message}", exception);
        }
    }

    private async Task<int> ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({LockKey})", cancellationToken).ConfigureAwait(false);
        if (await VersionAsync(connection, cancellationToken).ConfigureAwait(false) is not { } version)
        {
            if (await HasTableAsync(connection, "orleansquery", cancellationToken).ConfigureAwait(false))
            {
                await CheckForeignAsync(connection, cancellationToken).ConfigureAwait(false);
                return 0;
            }

            await ExecuteAsync(connection, "CREATE TABLE IpfsKitSchema (Version integer PRIMARY KEY, AppliedAt timestamptz NOT NULL DEFAULT now())", cancellationToken).ConfigureAwait(false);
            version = 0;
        }

        for (var next = version + 1; next <= SchemaScripts.All.Count; next++)
        {
            await ExecuteAsync(connection, SchemaScripts.All[next - 1], cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, $"INSERT INTO IpfsKitSchema (Version) VALUES ({next})", cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        var applied = Math.Max(0, SchemaScripts.All.Count - version);
        if (applied > 0)
            LogApplied(logger, connection.Host, connection.Database, SchemaScripts.All.Count);
        return applied;
    }

    private async Task CheckForeignAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var missing = SchemaScripts.QueryKeys.ToHashSet();
        using (var command = new NpgsqlCommand("SELECT QueryKey FROM OrleansQuery", connection))
        using (var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                missing.Remove(reader.GetString(0));
        }

        if (missing.Count > 0)
            throw new PostgreSqlSchemaException(
                $"{Describe(connection)} has a table OrleansQuery that is not ours and lacks {string.Join(", ", missing.Order(StringComparer.Ordinal))}. "
                + "Complete it with Orleans' own scripts, or name an empty schema in the connection string (Search Path=…).");
        LogForeign(logger, connection.Host, connection.Database);
    }

    /// <summary>The version of a database, or null if it was never ours.</summary>
    private static async Task<int?> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await HasTableAsync(connection, "ipfskitschema", cancellationToken).ConfigureAwait(false))
            return null;
        using var command = new NpgsqlCommand("SELECT COALESCE(max(Version), 0) FROM IpfsKitSchema", connection);
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static async Task<bool> HasTableAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand("SELECT to_regclass(@name) IS NOT NULL", connection);
        command.Parameters.AddWithValue("name", name);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    // Without user and password.
    private static string Describe(NpgsqlConnection connection)
    {
        var settings = new NpgsqlConnectionStringBuilder(connection.ConnectionString);
        return $"PostgreSQL at {settings.Host}:{settings.Port}, database '{settings.Database}'";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL at {Host} has the schema of version {Version} in database '{Database}' now.")]
    private static partial void LogApplied(ILogger logger, string? host, string database, int version);

    [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL at {Host} has a schema for Orleans in database '{Database}' that is not ours; it is used as it is.")]
    private static partial void LogForeign(ILogger logger, string? host, string database);
}
