using IpfsKit.Grains.Hosting;
using IpfsKit.Persistence.AzureStorage;
using IpfsKit.Persistence.PostgreSql;
using IpfsKit.Persistence.Redis;
using Microsoft.Extensions.Options;

namespace IpfsKit.SiloHost;

/// <summary>What a person who starts the service can put right: it gets a sentence instead of a stack.</summary>
internal static class StartFaults
{
    /// <summary>The sentence, or null for a fault of another kind.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        OrleansConfigurationException or OptionsValidationException or NodeAlreadyRunningException or PostgreSqlSchemaException or RedisConnectionFailedException
            or AzureStorageClusteringException or AzureGrainStorageException => exception.Message,
        // Orleans wraps what its start throws.
        { InnerException: { } inner } => Describe(inner),
        _ => null,
    };
}
