using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Serialization;
using Orleans.Storage;

namespace IpfsKit.Persistence.AzureStorage.Tests.GrainState;

/// <summary>The storages of a silo as it would have them, without the silo.</summary>
internal sealed class Storages : IAsyncDisposable
{
    public const string ServiceId = "toy-service";

    private readonly ServiceProvider _services;

    private Storages(ServiceProvider services) => _services = services;

    public static async Task<Storages> OpenAsync(Action<IServiceCollection> configure, params string[] names)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSerializer();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.Configure<ClusterOptions>(options => options.ServiceId = ServiceId);
        services.AddSingleton<IGrainStorageSerializer, ToySerializer>();
        configure(services);
        var storages = new Storages(services.BuildServiceProvider());
        foreach (var name in names)
        {
            var lifecycle = new OneStage();
            ((ILifecycleParticipant<ISiloLifecycle>)storages[name]).Participate(lifecycle);
            await lifecycle.StartAsync();
        }

        return storages;
    }

    public static Task<Storages> OpenTableAsync(TableServiceClient tables, string table, Action<AzureTableStorageOptions>? configure = null) => OpenAsync(
        services => services.AddAzureTableGrainStorage("toys", options => options.Configure(storage =>
        {
            (storage.TableServiceClient, storage.TableName) = (tables, table);
            configure?.Invoke(storage);
        })),
        "toys");

    public static Task<Storages> OpenBlobsAsync(BlobServiceClient blobs, string container, Action<AzureBlobStorageOptions>? configure = null) => OpenAsync(
        services => services.AddAzureBlobGrainStorage("toys", options => options.Configure(storage =>
        {
            (storage.BlobServiceClient, storage.ContainerName) = (blobs, container);
            configure?.Invoke(storage);
        })),
        "toys");

    public IGrainStorage this[string name] => _services.GetRequiredKeyedService<IGrainStorage>(name);

    public IServiceProvider Services => _services;

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class OneStage : ISiloLifecycle
    {
        private ILifecycleObserver? _observer;

        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => 0;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            Assert.Equal(ServiceLifecycleStage.ApplicationServices, stage);
            _observer = observer;
            return new MemoryStream();
        }

        public Task StartAsync() => _observer!.OnStart(TestContext.Current.CancellationToken);
    }
}
