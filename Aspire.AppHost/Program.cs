// A cluster for development: masters, workers and leechers that keep members and grain state in Azure Storage (Azurite) or Redis, and clients of it.
//   dotnet run --project Aspire.AppHost                    members in tables, grain state in blobs
//   dotnet run --project Aspire.AppHost -- --Store=Redis   both in Redis
// What the silos and clients are given is what tests/IpfsKit.Cluster.Tests/Stores starts them with.
var builder = DistributedApplication.CreateBuilder(args);

// No grain directory and no reminders: IpfsKit uses Orleans' own directory, and its silos look after their roots themselves.
var orleans = builder.AddOrleans("ipfskit").WithClusterId("ipfskit-dev").WithServiceId("ipfskit");
IResourceBuilder<IResource> store;
if (builder.Configuration["Store"] == "Redis")
{
    var redis = builder.AddRedis("redis").WithDataVolume().WithPersistence(TimeSpan.FromSeconds(10));
    orleans.WithClustering(redis).WithGrainStorage("content", redis);
    store = redis;
}
else
{
    // An account where it is published, the emulator where it runs.
    var storage = builder.AddAzureStorage("storage").RunAsEmulator(azurite => azurite.WithDataVolume());
    orleans.WithClustering(storage.AddTables("clustering")).WithGrainStorage("content", storage.AddBlobs("grain-state"));
    store = storage;
}

// A role is configuration, not code.
foreach (var (role, replicas) in new[] { ("master", 1), ("worker", 3), ("leecher", 1) })
{
    var silo = builder.AddProject<Projects.IpfsKit_SiloHost>($"silo-{role}")
        .WithReference(orleans)
        .WithReplicas(replicas)
        .WithEnvironment("IpfsKit__Role", role)
        .WithHttpEndpoint()
        .WithHttpHealthCheck("/health")
        .WaitFor(store);
    if (builder.ExecutionContext.IsRunMode)
    {
        // Replicas on one machine take slots of one directory, and Orleans' ports stay on the machine. Elsewhere, configure IpfsKit:Cluster:Tls, or say that the network is trusted.
        silo.WithEnvironment("IpfsKit__DataDirectory", Path.Combine(builder.AppHostDirectory, "data", role))
            .WithEnvironment("Orleans__Endpoints__AdvertisedIPAddress", "127.0.0.1");
    }

    if (role == "master")
    {
        silo.WithUrlForEndpoint("http", url => url.Url += "/dashboard");
        builder.AddProject<Projects.IpfsKit_ClientSample>("client-sample").WithReference(orleans.AsClient()).WithArgs("stats").WaitFor(silo);
        builder.AddProject<Projects.IpfsKit_ClientSample_Web>("files").WithReference(orleans.AsClient()).WithHttpEndpoint().WaitFor(silo);
    }
}

builder.Build().Run();
