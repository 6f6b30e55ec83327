using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace IpfsKit.Persistence.Redis.Hosting;

/// <summary>Connections that Orleans' Redis providers ask for by service key, made of the connection strings of the same names.</summary>
/// <remarks>Aspire gives a service both names and leaves it to a package of its own to make the connection; here none is needed.</remarks>
internal static class RedisConnections
{
    private static readonly string[] ProviderTypes = ["Redis", "AzureRedisCache"];

    /// <summary>Registers a connection for every service key of <c>Orleans:*</c> that nobody else has registered one for and that has a connection string.</summary>
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        foreach (var key in ServiceKeys(configuration.GetSection("Orleans")).Distinct(StringComparer.Ordinal))
        {
            if (configuration.GetConnectionString(key) is { Length: > 0 } connectionString
                && !services.Any(service => service.ServiceType == typeof(IConnectionMultiplexer) && key.Equals(service.ServiceKey)))
                services.AddKeyedSingleton<IConnectionMultiplexer>(key, (_, _) => Connect(key, connectionString));
        }
    }

    private static IEnumerable<string> ServiceKeys(IConfigurationSection section)
    {
        if (ProviderTypes.Contains(section["ProviderType"]) && section["ServiceKey"] is { Length: > 0 } key)
            yield return key;
        foreach (var below in section.GetChildren().SelectMany(ServiceKeys))
            yield return below;
    }

    private static ConnectionMultiplexer Connect(string key, string connectionString)
    {
        try
        {
            return ConnectionMultiplexer.Connect(connectionString);
        }
        catch (Exception exception) when (exception is RedisConnectionException or ArgumentException)
        {
            throw new RedisConnectionFailedException(key, exception);
        }
    }
}
