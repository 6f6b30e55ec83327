using IpfsKit.Persistence.Redis.Tests;
using IpfsKit.TestKit.Services;

[assembly: AssemblyFixture(typeof(RedisFixture))]

namespace IpfsKit.Persistence.Redis.Tests;

/// <summary>One server for all tests; each uses keys of its own.</summary>
public sealed class RedisFixture : IAsyncDisposable
{
    private readonly Lazy<Task<RedisProcess>> _server = new(() => RedisProcess.StartAsync(CancellationToken.None));

    /// <summary>The server's connection string.</summary>
    public async Task<string> ConnectionStringAsync() => (await _server.Value).ConnectionString;

    public async ValueTask DisposeAsync()
    {
        if (_server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await _server.Value).DisposeAsync();
    }
}
