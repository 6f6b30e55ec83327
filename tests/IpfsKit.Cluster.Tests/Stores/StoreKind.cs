namespace IpfsKit.Cluster.Tests.Stores;

/// <summary>Where a cluster keeps its members and its grain state.</summary>
public enum StoreKind
{
    Redis,
    Postgres,
    AzureTables,
    AzureBlobs,
}
