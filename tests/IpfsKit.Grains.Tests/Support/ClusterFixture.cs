namespace IpfsKit.Grains.Tests.Support;

/// <summary>One silo for a class of tests; each test uses roots of its own.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private static int _seed;

    internal NodeCluster Cluster { get; private set; } = null!;

    public TestGrainStorage Storage { get; } = new();

    /// <summary>A number that no other test uses.</summary>
    public static int NextSeed() => Interlocked.Add(ref _seed, 1000);

    public async ValueTask InitializeAsync() => Cluster = await NodeCluster.StartAsync(storage: Storage);

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
