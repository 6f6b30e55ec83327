using IpfsKit.Grains;

namespace IpfsKit.Benchmarks.Runner.Cluster;

/// <summary>A grain that answers and does nothing else. For <c>cluster.stat</c>.</summary>
[Alias("ipfskit.benchmarks.IBareGrain")]
public interface IBareGrain : IGrainWithStringKey
{
    /// <summary>Sets the answer.</summary>
    [Alias("Set")]
    ValueTask SetAsync(ContentInfo info);

    /// <summary>The answer.</summary>
    [Alias("Get")]
    ValueTask<ContentInfo?> GetAsync(CancellationToken cancellationToken = default);
}

internal sealed class BareGrain : Grain, IBareGrain
{
    private ContentInfo? _info;

    public ValueTask SetAsync(ContentInfo info)
    {
        _info = info;
        return default;
    }

    public ValueTask<ContentInfo?> GetAsync(CancellationToken cancellationToken) => new(_info);
}
