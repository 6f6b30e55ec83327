using IpfsKit.Grains.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the node's health to a host's.</summary>
public static class IpfsKitHealthCheckExtensions
{
    /// <summary>
    /// Adds a check of the node that <c>AddIpfsKit</c> of the silo builder hosts: unhealthy while its store is not open or has stopped to take writes, degraded while it has no room.
    /// </summary>
    /// <param name="builder">The checks.</param>
    /// <param name="name">The name of the check.</param>
    public static IHealthChecksBuilder AddIpfsKitNode(this IHealthChecksBuilder builder, string name = "ipfskit")
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<NodeHealthCheck>(name);
    }
}
