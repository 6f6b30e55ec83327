using Azure.Data.Tables;

namespace IpfsKit.Persistence.AzureStorage;

/// <summary>Where silos keep the membership of their cluster.</summary>
public sealed class AzureStorageClusteringOptions
{
    internal const string DefaultTableName = "OrleansSiloInstances";

    /// <summary>The table; it is made if it is not there. Clusters may share it: each has a partition, named like its cluster id.</summary>
    /// <value>3 to 63 letters and digits, a letter first; default <c>OrleansSiloInstances</c>.</value>
    public string TableName { get; set; } = DefaultTableName;

    /// <summary>The storage account. From configuration, it is what <c>ServiceKey</c>, <c>ConnectionString</c> or <c>ConnectionName</c> names.</summary>
    /// <value>A client; default none, which stops the start.</value>
    public TableServiceClient? TableServiceClient { get; set; }
}
