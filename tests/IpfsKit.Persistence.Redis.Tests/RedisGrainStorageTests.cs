using IpfsKit.Grains.Serialization;
using IpfsKit.TestKit;
using IpfsKit.TestKit.GrainStorage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using StackExchange.Redis;

namespace IpfsKit.Persistence.Redis.Tests;

/// <summary>Orleans' grain storage in Redis, clearing keys or deleting them.</summary>
public abstract class RedisGrainStorageTests(RedisFixture redis, bool deletes) : GrainStorageConformanceTests, IAsyncLifetime
{
    private SiloServices? _services;
    private IGrainStorage? _storage;

    protected override IGrainStorage Storage => _storage!;

    protected override bool ObservesCancellation => false;

    protected override bool KeepsETagWhenCleared => !deletes;

    public async ValueTask InitializeAsync()
    {
        var connection = ConfigurationOptions.Parse(await redis.ConnectionStringAsync());
        _services = SiloServices.OfSilo($"storage-{Guid.NewGuid():N}", silo =>
        {
            silo.UseLocalhostClustering().AddRedisGrainStorage("conformance", options =>
            {
                options.ConfigurationOptions = connection;
                options.DeleteStateOnClear = deletes;
            });
            silo.Services.AddKeyedSingleton<IGrainStorageSerializer>("conformance", new VersionedGrainStateSerializer());
        });
        _storage = await _services.StartStorageAsync("conformance", Token);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_services is not null)
            await _services.DisposeAsync();
    }

    public sealed class Deleting(RedisFixture redis) : RedisGrainStorageTests(redis, deletes: true);

    public sealed class Clearing(RedisFixture redis) : RedisGrainStorageTests(redis, deletes: false);
}
