using Azure.Data.Tables;
using Orleans.Configuration;

namespace IpfsKit.Persistence.AzureStorage.Clustering;

/// <summary>Checks the options of clustering at the start of a silo or client: all faults at once, each with the setting and the value seen.</summary>
internal sealed class AzureStorageClusteringValidator(string optionsName, TableServiceClient? client, string tableName, ClusterOptions cluster) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        var faults = new OptionFaults(optionsName);
        faults.CheckClient(client is not null, nameof(AzureStorageClusteringOptions.TableServiceClient));
        faults.CheckTableName(nameof(AzureStorageClusteringOptions.TableName), tableName);
        if (TableKey.FaultOf(cluster.ClusterId) is { } fault)
            faults.Add($"{nameof(ClusterOptions)}.{nameof(ClusterOptions.ClusterId)} is '{cluster.ClusterId}'; it is the key of a partition, and {fault}.");
        faults.ThrowIfAny("Clustering by Azure Storage cannot be used");
    }
}
