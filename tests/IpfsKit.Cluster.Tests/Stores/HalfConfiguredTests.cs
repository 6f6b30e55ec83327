using IpfsKit.TestKit;

namespace IpfsKit.Cluster.Tests.Stores;

/// <summary>A service of which half is configured, or whose store is not there, says so and does not start: never does it take the embedded store instead.</summary>
public sealed class HalfConfiguredTests
{
    // Nobody listens on port 1.
    private const string Nowhere = "127.0.0.1:1,connectTimeout=500,connectRetry=0";

    private const string NoAccount = "AccountName=a;AccountKey=c2VjcmV0LXdvcmQ=;TableEndpoint=http://127.0.0.1:1/a;BlobEndpoint=http://127.0.0.1:1/a";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Orleans:GrainStorage:content", "Orleans__Clustering__ProviderType=Redis", $"Orleans__Clustering__ConnectionString={Nowhere}")]
    [InlineData("Orleans:GrainStorage:content", "Orleans__Clustering__ProviderType=AdoNet", "Orleans__Clustering__Invariant=Npgsql", "Orleans__Clustering__ConnectionString=Host=127.0.0.1;Port=1")]
    [InlineData("Orleans:GrainStorage:content", "Orleans__Clustering__ProviderType=Development", "Orleans__Clustering__PrimarySiloEndPoint=127.0.0.1:11111")]
    [InlineData("Orleans:GrainStorage:content", "Orleans__Clustering__ProviderType=AzureTableStorage", $"Orleans__Clustering__ConnectionString={NoAccount}")]
    [InlineData("Set Orleans:Clustering too", "Orleans__GrainStorage__content__ProviderType=AzureBlobStorage", $"Orleans__GrainStorage__content__ConnectionString={NoAccount}")]
    [InlineData("table 'OrleansSiloInstances'", "Orleans__Clustering__ProviderType=AzureTableStorage", $"Orleans__Clustering__ConnectionString={NoAccount}",
        "Orleans__GrainStorage__content__ProviderType=AzureBlobStorage", $"Orleans__GrainStorage__content__ConnectionString={NoAccount}")]
    [InlineData("'clustering'", "Orleans__Clustering__ProviderType=AzureTableStorage", "Orleans__Clustering__ServiceKey=clustering",
        "Orleans__GrainStorage__content__ProviderType=AzureBlobStorage", "Orleans__GrainStorage__content__ServiceKey=clustering")]
    [InlineData("Set Orleans:Clustering too", "Orleans__GrainStorage__content__ProviderType=Redis", $"Orleans__GrainStorage__content__ConnectionString={Nowhere}")]
    [InlineData("Set Orleans:Clustering too", "Orleans__GrainStorage__content__ProviderType=AdoNet", "Orleans__GrainStorage__content__Invariant=Npgsql", "Orleans__GrainStorage__content__ConnectionString=Host=127.0.0.1;Port=1")]
    [InlineData("'Sqlite' keeps grain state in a file of each silo", "Orleans__Clustering__ProviderType=Redis", $"Orleans__Clustering__ConnectionString={Nowhere}",
        "Orleans__GrainStorage__content__ProviderType=Sqlite", "Orleans__GrainStorage__content__DatabasePath=grains.db")]
    [InlineData("ConnectionStrings:redis", "Orleans__Clustering__ProviderType=Redis", "Orleans__Clustering__ServiceKey=redis",
        "Orleans__GrainStorage__content__ProviderType=Redis", "Orleans__GrainStorage__content__ServiceKey=redis", $"ConnectionStrings__redis={Nowhere}")]
    [InlineData("PostgreSQL at 127.0.0.1:1", "Orleans__Clustering__ProviderType=AdoNet", "Orleans__Clustering__Invariant=Npgsql", "Orleans__Clustering__ConnectionName=state",
        "Orleans__GrainStorage__content__ProviderType=AdoNet", "Orleans__GrainStorage__content__Invariant=Npgsql", "Orleans__GrainStorage__content__ConnectionName=state",
        "ConnectionStrings__state=Host=127.0.0.1;Port=1;Username=u;Password=secret-word;Database=d")]
    public async Task Host_HalfConfigured_EndsWithASentence(string expected, params string[] settings)
    {
        using var directory = new TemporaryDirectory();
        var variables = settings.Select(setting => setting.Split('=', 2)).Select(parts => (parts[0], parts[1]))
            .Append(("Orleans__Endpoints__AdvertisedIPAddress", "127.0.0.1")).ToArray();

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => SiloHostProcess.StartAsync(directory.Path, Cancellation, variables));

        Assert.Contains(expected, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0LXdvcmQ=", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(directory.Path, "grains.db", SearchOption.AllDirectories));
    }
}
