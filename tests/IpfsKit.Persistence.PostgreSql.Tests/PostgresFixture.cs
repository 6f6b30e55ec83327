using IpfsKit.Persistence.PostgreSql.Tests;
using IpfsKit.TestKit.Services;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace IpfsKit.Persistence.PostgreSql.Tests;

/// <summary>One server for all tests; each makes databases of its own.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresProcess>> _server = new(() => PostgresProcess.StartAsync(CancellationToken.None));

    /// <summary>An empty database's connection string.</summary>
    public async Task<string> CreateDatabaseAsync() => await (await _server.Value).CreateDatabaseAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _server.Value).DisposeAsync();
    }
}
