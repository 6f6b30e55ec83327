namespace IpfsKit.Cluster.Tests.Stores;

/// <summary>The configuration of a cluster, as environment variables: nothing but what Orleans itself documents.</summary>
/// <param name="Client">What clients are given; silos are given it too.</param>
/// <param name="Silo">What silos are given beside that.</param>
public sealed record ClusterStore(IReadOnlyDictionary<string, string> Client, IReadOnlyDictionary<string, string> Silo)
{
    /// <summary>The states behind the silos' backs, where this test project can reach them.</summary>
    public IStoredStates? States { get; init; }

    /// <summary>As Aspire's <c>AddOrleans</c> has it: a service key, and a connection string of that name.</summary>
    public static ClusterStore Redis(string name, string connectionString) => new(
        new Dictionary<string, string>
        {
            ["Orleans__ClusterId"] = name,
            ["Orleans__ServiceId"] = name,
            ["Orleans__EnableDistributedTracing"] = "true",
            ["Orleans__Clustering__ProviderType"] = "Redis",
            ["Orleans__Clustering__ServiceKey"] = "redis",
            ["ConnectionStrings__redis"] = connectionString,
        },
        new Dictionary<string, string>
        {
            ["Orleans__GrainStorage__content__ProviderType"] = "Redis",
            ["Orleans__GrainStorage__content__ServiceKey"] = "redis",
        })
    {
        States = new RedisStates(name, connectionString),
    };

    public static ClusterStore Postgres(string name, string connectionString) => new(
        new Dictionary<string, string>
        {
            ["Orleans__ClusterId"] = name,
            ["Orleans__ServiceId"] = name,
            ["Orleans__EnableDistributedTracing"] = "true",
            ["Orleans__Clustering__ProviderType"] = "AdoNet",
            ["Orleans__Clustering__Invariant"] = "Npgsql",
            ["Orleans__Clustering__ConnectionName"] = "state",
            ["ConnectionStrings__state"] = connectionString,
        },
        new Dictionary<string, string>
        {
            ["Orleans__GrainStorage__content__ProviderType"] = "AdoNet",
            ["Orleans__GrainStorage__content__Invariant"] = "Npgsql",
            ["Orleans__GrainStorage__content__ConnectionName"] = "state",
        })
    {
        States = new PostgresStates(connectionString),
    };

    /// <summary>As Aspire's <c>AddOrleans</c> has it, with members in a table and grain state in another one or in blobs.</summary>
    public static ClusterStore Azure(string name, string connectionString, bool blobs) => new(
        new Dictionary<string, string>
        {
            ["Orleans__ClusterId"] = name,
            ["Orleans__ServiceId"] = name,
            ["Orleans__EnableDistributedTracing"] = "true",
            ["Orleans__Clustering__ProviderType"] = "AzureTableStorage",
            ["Orleans__Clustering__ServiceKey"] = "clustering",
            ["ConnectionStrings__clustering"] = connectionString,
        },
        new Dictionary<string, string>
        {
            ["Orleans__GrainStorage__content__ProviderType"] = blobs ? "AzureBlobStorage" : "AzureTableStorage",
            ["Orleans__GrainStorage__content__ServiceKey"] = "grain-state",
            ["ConnectionStrings__grain-state"] = connectionString,
        });
}
