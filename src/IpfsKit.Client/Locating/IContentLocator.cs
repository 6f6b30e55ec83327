using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Locating;

/// <summary>Finds the silos that hold a root.</summary>
internal interface IContentLocator
{
    /// <summary>The silos, best first, each with a fresh ticket; never empty.</summary>
    /// <param name="root">The root, or any CID.</param>
    /// <param name="askNodes">Whether every node is asked at once, without the content grain: for what lies below a root of which only the block is registered.</param>
    /// <param name="alsoThroughOthers">Whether the silos that do not hold it follow, which read it through those that do: for when those cannot be reached from here.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ContentNotFoundException">No silo has it.</exception>
    /// <exception cref="ContentUnavailableException">It is registered, but no silo that holds it is up.</exception>
    ValueTask<IReadOnlyList<DataEndpoint>> LocateAsync(Cid root, bool askNodes, bool alsoThroughOthers, CancellationToken cancellationToken);
}
