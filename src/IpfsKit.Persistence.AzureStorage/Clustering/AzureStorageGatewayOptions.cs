using Azure.Data.Tables;

namespace IpfsKit.Persistence.AzureStorage;

/// <summary>Where clients find the gateways of a cluster: in the table of its membership.</summary>
public sealed class AzureStorageGatewayOptions
{
    /// <summary>The table of <see cref="AzureStorageClusteringOptions.TableName"/>. Clients only read it.</summary>
    /// <value>3 to 63 letters and digits, a letter first; default <c>OrleansSiloInstances</c>.</value>
    public string TableName { get; set; } = AzureStorageClusteringOptions.DefaultTableName;

    /// <summary>The storage account. From configuration, it is what <c>ServiceKey</c>, <c>ConnectionString</c> or <c>ConnectionName</c> names.</summary>
    /// <value>A client; default none, which stops the start.</value>
    public TableServiceClient? TableServiceClient { get; set; }
}
