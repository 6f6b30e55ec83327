using IpfsKit.Cluster.Tests.Stores;
using IpfsKit.TestKit.Services;

[assembly: AssemblyFixture(typeof(StoreServices))]

namespace IpfsKit.Cluster.Tests.Stores;

/// <summary>The servers that clusters of these tests keep their members and state in: one of each for all tests, started by the first that needs it.</summary>
public sealed class StoreServices : IAsyncDisposable
{
    private readonly SemaphoreSlim _lock = new(1);
    private RedisProcess? _redis;
    private PostgresProcess? _postgres;
    private AzuriteProcess? _azurite;
    private int _clusters;

    /// <summary>What silos of a new cluster are configured with to keep everything in one store.</summary>
    public async Task<ClusterStore> CreateAsync(StoreKind kind, CancellationToken cancellationToken)
    {
        var name = $"{kind}-{Interlocked.Increment(ref _clusters)}";
        if (kind is StoreKind.AzureTables or StoreKind.AzureBlobs)
            return ClusterStore.Azure(name, (await AzuriteAsync(cancellationToken)).ConnectionString, blobs: kind == StoreKind.AzureBlobs);
        return kind switch
        {
            StoreKind.Redis => ClusterStore.Redis(name, (await RedisAsync(cancellationToken)).ConnectionString),
            _ => ClusterStore.Postgres(name, await (await PostgresAsync(cancellationToken)).CreateDatabaseAsync(cancellationToken)),
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        if (_azurite is not null)
            await _azurite.DisposeAsync();
        _lock.Dispose();
    }

    private async Task<RedisProcess> RedisAsync(CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            return _redis ??= await RedisProcess.StartAsync(cancellationToken);
        }
        finally
        {
            _lock.Release();
        }
    }

    private async Task<PostgresProcess> PostgresAsync(CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            return _postgres ??= await PostgresProcess.StartAsync(cancellationToken);
        }
        finally
        {
            _lock.Release();
        }
    }

    private async Task<AzuriteProcess> AzuriteAsync(CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            return _azurite ??= await AzuriteProcess.StartAsync(cancellationToken);
        }
        finally
        {
            _lock.Release();
        }
    }
}
