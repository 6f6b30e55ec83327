using IpfsKit.Persistence.AzureStorage;
using IpfsKit.Persistence.AzureStorage.GrainState;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds grain storages in Azure Storage to the services of a silo.</summary>
public static class AzureGrainStorageServiceCollectionExtensions
{
    /// <summary>Adds one in Azure Tables under a name.</summary>
    public static IServiceCollection AddAzureTableGrainStorage(
        this IServiceCollection services, string name, Action<OptionsBuilder<AzureTableStorageOptions>> configureOptions)
    {
        Add(services, name, configureOptions);
        services.AddTransient<IConfigurationValidator>(provider => new AzureTableStorageValidator(name, Options<AzureTableStorageOptions>(provider, name)));
        return services.AddGrainStorage(name, static (provider, name) =>
        {
            var options = Options<AzureTableStorageOptions>(provider, name);
            var table = OptionFaults.Require(options.TableServiceClient, nameof(AzureTableStorageOptions)).GetTableClient(options.TableName);
            var serviceId = provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId;
            return Create(provider, name, new TableStateStore(table, serviceId, options.DeleteStateOnClear, options.UseStringFormat), options, options.InitStage);
        });
    }

    /// <summary>Adds one in blobs under a name.</summary>
    public static IServiceCollection AddAzureBlobGrainStorage(
        this IServiceCollection services, string name, Action<OptionsBuilder<AzureBlobStorageOptions>> configureOptions)
    {
        Add(services, name, configureOptions);
        services.AddTransient<IConfigurationValidator>(provider => new AzureBlobStorageValidator(name, Options<AzureBlobStorageOptions>(provider, name)));
        return services.AddGrainStorage(name, static (provider, name) =>
        {
            var options = Options<AzureBlobStorageOptions>(provider, name);
            var container = OptionFaults.Require(options.BlobServiceClient, nameof(AzureBlobStorageOptions)).GetBlobContainerClient(options.ContainerName);
            return Create(provider, name, new BlobStateStore(container, options.DeleteStateOnClear, options.MaxStateBytes), options, options.InitStage);
        });
    }

    private static void Add<TOptions>(IServiceCollection services, string name, Action<OptionsBuilder<TOptions>> configureOptions)
        where TOptions : class, IStorageProviderSerializerOptions, new()
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configureOptions);
        configureOptions(services.AddOptions<TOptions>(name));
        services.TryAddEnumerable(ServiceDescriptor.Transient<IPostConfigureOptions<TOptions>, DefaultStorageProviderSerializerOptionsConfigurator<TOptions>>());
        services.ConfigureNamedOptionForLogging<TOptions>(name);
    }

    private static AzureGrainStorage<TPlace> Create<TPlace>(
        IServiceProvider provider, string name, IStateStore<TPlace> store, IStorageProviderSerializerOptions options, int initStage) =>
        new(
            name,
            store,
            options.GrainStorageSerializer,
            initStage,
            provider.GetRequiredService<IActivatorProvider>(),
            provider.GetRequiredService<ILogger<AzureGrainStorage<TPlace>>>());

    private static TOptions Options<TOptions>(IServiceProvider provider, string name) => provider.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);
}
