using IpfsKit.Persistence.PostgreSql.Schema;
using IpfsKit.Persistence.PostgreSql.Tests;
using IpfsKit.TestKit.Services;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace IpfsKit.Persistence.PostgreSql.Tests;

/// <summary>One server for all tests; each makes databases of its own.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresProcess>> _server;
    private readonly Lazy<Task<string>> _shared;

    public PostgresFixture()
    {
        _server = new(() => PostgresProcess.StartAsync(CancellationToken.None));
        _shared = new(async () =>
        {
            var database = await (await _server.Value).CreateDatabaseAsync(CancellationToken.None);
            await new SchemaInstaller(NullLogger<SchemaInstaller>.Instance).InstallAsync(database, CancellationToken.None);
            return database;
        });
    }

    /// <summary>A database with the schema, for tests that get along in it.</summary>
    public Task<string> SharedDatabaseAsync() => _shared.Value;

    /// <summary>An empty database's connection string.</summary>
    public async Task<string> CreateDatabaseAsync() => await (await _server.Value).CreateDatabaseAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _server.Value).DisposeAsync();
    }
}
