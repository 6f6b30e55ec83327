using IpfsKit.Storage.Catalog;

namespace IpfsKit.Storage.Liveness;

/// <summary>Knows what must not be collected.</summary>
public interface IRootSource
{
    /// <summary>
    /// Everything that must not be collected. When it ends, everything that was live at that moment has come, also what became live while it ran;
    /// some of it more than once, and some that is not live any more. What becomes live later is kept by the lease under which it is added.
    /// </summary>
    IAsyncEnumerable<LiveRoot> EnumerateLiveRootsAsync(CancellationToken cancellationToken = default);
}
