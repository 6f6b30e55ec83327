using IpfsKit.Persistence.Sqlite;
using IpfsKit.Persistence.Sqlite.Database;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds <see cref="SqliteGrainStorage"/> to the services of a silo.</summary>
public static class SqliteGrainStorageServiceCollectionExtensions
{
    /// <summary>Adds it under a name.</summary>
    public static IServiceCollection AddSqliteGrainStorage(
        this IServiceCollection services, string name, Action<OptionsBuilder<SqliteGrainStorageOptions>> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(configureOptions);
        configureOptions(services.AddOptions<SqliteGrainStorageOptions>(name));
        services.AddTransient<IConfigurationValidator>(provider => new SqliteGrainStorageOptionsValidator(name, Options(provider, name)));
        services.TryAddEnumerable(ServiceDescriptor.Transient<
            IPostConfigureOptions<SqliteGrainStorageOptions>, DefaultStorageProviderSerializerOptionsConfigurator<SqliteGrainStorageOptions>>());
        services.ConfigureNamedOptionForLogging<SqliteGrainStorageOptions>(name);
        services.TryAddSingleton<GrainStateDatabases>();
        return services.AddGrainStorage(name, static (provider, name) => new SqliteGrainStorage(
            name,
            Options(provider, name),
            provider.GetRequiredService<IOptions<ClusterOptions>>().Value,
            provider.GetRequiredService<IActivatorProvider>(),
            provider.GetRequiredService<GrainStateDatabases>(),
            provider.GetRequiredService<ILogger<SqliteGrainStorage>>()));
    }

    private static SqliteGrainStorageOptions Options(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<SqliteGrainStorageOptions>>().Get(name);
}
