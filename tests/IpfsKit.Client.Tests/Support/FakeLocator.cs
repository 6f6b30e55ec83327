using IpfsKit.Client.Locating;
using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Tests.Support;

/// <summary>Locations as a test says.</summary>
internal sealed class FakeLocator(Func<int, IReadOnlyList<DataEndpoint>> locate) : IContentLocator
{
    private int _calls;

    public FakeLocator(params TestDataPlane[] planes)
        : this(_ => [.. planes.Select(plane => plane.Endpoint())])
    {
    }

    /// <summary>How often it was asked.</summary>
    public int Calls => _calls;

    /// <summary>Whether silos were asked for that do not hold it.</summary>
    public bool AskedForOthers { get; private set; }

    /// <summary>Whether nodes were asked for tickets of their own.</summary>
    public bool AskedNodes { get; private set; }

    public ValueTask<IReadOnlyList<DataEndpoint>> LocateAsync(Cid root, bool askNodes, bool alsoThroughOthers, CancellationToken cancellationToken)
    {
        AskedNodes |= askNodes;
        AskedForOthers |= alsoThroughOthers;
        return new(locate(Interlocked.Increment(ref _calls)));
    }
}
