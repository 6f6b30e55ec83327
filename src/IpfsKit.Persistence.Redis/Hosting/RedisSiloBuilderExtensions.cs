using IpfsKit.Persistence.Redis.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Persistence;

namespace Orleans.Hosting;

/// <summary>Makes Redis a store of clustering and grain state by Orleans' own configuration.</summary>
public static class RedisSiloBuilderExtensions
{
    /// <summary>
    /// Makes the connections that <c>Orleans:Clustering</c> and <c>Orleans:GrainStorage:&lt;name&gt;</c> name by <c>ServiceKey</c>, with <c>ProviderType=Redis</c>, of <c>ConnectionStrings:&lt;service key&gt;</c>, where no keyed
    /// <c>IConnectionMultiplexer</c> has been registered. Has no effect where there is none. Calling it again is harmless.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <remarks>Grain storages delete the keys of states that are cleared, unless set otherwise after this call.</remarks>
    public static ISiloBuilder AddIpfsKitRedis(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        RedisConnections.Add(builder.Services, builder.Configuration);
        builder.Services.ConfigureAll<RedisStorageOptions>(static options => options.DeleteStateOnClear = true);
        return builder;
    }

    /// <summary>Makes the connections that <c>Orleans:Clustering</c> names by <c>ServiceKey</c>, as in a silo.</summary>
    /// <param name="builder">The client.</param>
    public static IClientBuilder AddIpfsKitRedis(this IClientBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        RedisConnections.Add(builder.Services, builder.Configuration);
        return builder;
    }
}
