using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Locating;

/// <summary>Finds the silos that hold a root.</summary>
internal interface IContentLocator
{
    /// <summary>The silos, best first, each with a fresh ticket; never empty.</summary>
    /// <exception cref="ContentNotFoundException">No silo has it.</exception>
    /// <exception cref="ContentUnavailableException">It is registered, but no silo that holds it is up.</exception>
    ValueTask<IReadOnlyList<DataEndpoint>> LocateAsync(Cid root, CancellationToken cancellationToken);
}
