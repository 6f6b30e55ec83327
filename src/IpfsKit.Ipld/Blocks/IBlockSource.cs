using IpfsKit.Multiformats;

namespace IpfsKit.Ipld;

/// <summary>Where readers get blocks: a store, a tier of stores, an exchange, a CAR.</summary>
/// <remarks>All members may be called concurrently.</remarks>
public interface IBlockSource
{
    /// <summary>The verified block, named as it was asked for, or null if it is not to be had here.</summary>
    /// <returns>A reference that the caller disposes.</returns>
    /// <exception cref="BlockIntegrityException">It is here but damaged.</exception>
    ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default);
}
