using IpfsKit.Grains.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using Orleans.TestingHost;

namespace IpfsKit.Persistence.Sqlite.Tests;

/// <summary>One silo with the storages <c>toys</c> and <c>others</c>.</summary>
internal sealed class ToyCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private ToyCluster(InProcessTestCluster cluster) => _cluster = cluster;

    public IGrainStorage Toys => Storage("toys");

    public IGrainStorage Others => Storage("others");

    public IServiceProvider Services => _cluster.GetSiloServiceProvider();

    /// <summary>Starts with both storages over files of their own, or over one.</summary>
    public static Task<ToyCluster> StartAsync(string toys, string? others = null, Action<SqliteGrainStorageOptions>? configure = null) =>
        StartAsync(
            silo =>
            {
                silo.AddSqliteGrainStorage("toys", options =>
                {
                    options.DatabasePath = toys;
                    configure?.Invoke(options);
                });
                silo.AddSqliteGrainStorage("others", options => options.DatabasePath = others ?? toys);
            });

    public static async Task<ToyCluster> StartAsync(Action<ISiloBuilder> configure, IReadOnlyDictionary<string, string?>? configuration = null)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ServiceId = "toy-service";
        if (configuration is not null)
            builder.ConfigureSiloHost((_, host) => host.Configuration.AddInMemoryCollection(configuration));
        builder.ConfigureSilo((_, silo) =>
        {
            configure(silo);
            silo.Services.AddKeyedSingleton<IGrainStorageSerializer>("toys", (_, _) => new VersionedGrainStateSerializer(ToyContext.Default));
            silo.Services.AddKeyedSingleton<IGrainStorageSerializer>("others", (_, _) => new VersionedGrainStateSerializer(ToyContext.Default));
        });
        var cluster = builder.Build();
        try
        {
            await cluster.DeployAsync();
            return new ToyCluster(cluster);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public IToyGrain Grain(string key) => _cluster.Client.GetGrain<IToyGrain>(key);

    public Task DeactivateAsync(IToyGrain grain) => _cluster.DeactivateAsync(grain);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private IGrainStorage Storage(string name) => Services.GetRequiredKeyedService<IGrainStorage>(name);
}
