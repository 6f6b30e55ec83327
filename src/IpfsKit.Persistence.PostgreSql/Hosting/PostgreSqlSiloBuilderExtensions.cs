using IpfsKit.Persistence.PostgreSql.Hosting;
using IpfsKit.Persistence.PostgreSql.Schema;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Orleans.Hosting;

/// <summary>Makes PostgreSQL a store of clustering and grain state by Orleans' own configuration.</summary>
public static class PostgreSqlSiloBuilderExtensions
{
    /// <summary>
    /// Brings the tables and queries that Orleans' ADO.NET providers need to every database that this silo uses with the invariant <c>Npgsql</c>, before the silo joins its cluster. Has no effect where there is none. Calling it again is
    /// harmless.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <remarks>
    /// Which databases those are is standard Orleans configuration: <c>Orleans:Clustering</c> and <c>Orleans:GrainStorage:&lt;name&gt;</c> with <c>ProviderType=AdoNet</c>, <c>Invariant=Npgsql</c> and <c>ConnectionString</c> or
    /// <c>ConnectionName</c>. Grain storages delete the rows of states that are cleared, unless set otherwise after this call.
    /// </remarks>
    public static ISiloBuilder AddIpfsKitPostgreSql(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(SchemaInstaller)))
            return builder;
        services.AddSingleton<SchemaInstaller>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => new SchemaLifecycle(
            provider.GetRequiredService<SchemaInstaller>(), services,
            provider.GetRequiredService<IOptions<AdoNetClusteringSiloOptions>>(), provider.GetRequiredService<IOptionsMonitor<AdoNetGrainStorageOptions>>()));
        services.ConfigureAll<AdoNetGrainStorageOptions>(static options => options.DeleteStateOnClear = true);
        return builder;
    }
}
