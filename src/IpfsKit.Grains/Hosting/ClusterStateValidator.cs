using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Grains.Hosting;

/// <summary>Refuses silos of which half is configured: a cluster whose grain state would lie in a file of each silo, or shared grain state without the cluster that keeps two silos from writing it.</summary>
internal sealed class ClusterStateValidator(IConfiguration configuration, IServiceProvider services) : IConfigurationValidator
{
    private const string Clustering = "Orleans:Clustering";
    private const string GrainStorage = $"Orleans:GrainStorage:{GrainNames.ContentStorage}";

    /// <summary>Stores that are of one silo, or of one cluster that forgets them.</summary>
    private static readonly string[] OwnStores = ["Sqlite", "Memory"];

    public void ValidateConfiguration()
    {
        var clustering = Provider(Clustering);
        var storage = Provider(GrainStorage);
        if (services.GetService<EmbeddedCluster>() is not null)
        {
            if (storage is not null && !OwnStores.Contains(storage))
                throw new OrleansConfigurationException(
                    $"{GrainStorage}:ProviderType = '{storage}' shares grain state with other silos, but no cluster is configured. Set {Clustering} too, for instance {Clustering}:ProviderType to '{storage}'.");
            return;
        }

        if (services.GetService<EmbeddedGrainState>() is not null && (clustering ?? OutlivingMembership()) is { } cluster)
            throw new OrleansConfigurationException(
                $"The silo is part of a cluster ({cluster}), but where the cluster keeps grain state is not configured, and a file of each silo would tear it apart. "
                + $"Set {GrainStorage} too, for instance {GrainStorage}:ProviderType to '{clustering ?? "Redis"}'.");
        if (storage == "Sqlite" && clustering is not (null or "Development"))
            throw new OrleansConfigurationException(
                $"{GrainStorage}:ProviderType = 'Sqlite' keeps grain state in a file of each silo, but {Clustering}:ProviderType = '{clustering}' makes them one cluster. Keep it where all silos reach it, for instance '{clustering}'.");
    }

    /// <summary>What a section names, or the section itself where it is there and names nothing; null where it is not there.</summary>
    private string? Provider(string section) => configuration.GetSection(section) is { } found && found.Exists() ? found["ProviderType"] ?? section : null;

    /// <summary>The membership table that code has chosen, unless it is one that ends with this process: those of Orleans itself, for one machine and for tests.</summary>
    private string? OutlivingMembership() =>
        services.GetService<IMembershipTable>()?.GetType() is { } table && table.Assembly.GetName().Name is not ("Orleans.Runtime" or "Orleans.TestingHost") ? table.Name : null;
}
