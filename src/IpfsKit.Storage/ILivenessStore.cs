using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Storage;

/// <summary>A store whose unreachable blocks can be found and removed while it is in use.</summary>
/// <remarks>
/// <para>Every block carries the epoch in which it was last put or marked. A collector begins an epoch, marks everything that its roots
/// reach, and sweeps what is older. Blocks that are put meanwhile carry the new epoch and stay. Stamps live in memory: after a restart every
/// block counts as just put, so a crash costs a collector its progress and nothing else.</para>
/// <para>One collector at a time.</para>
/// </remarks>
public interface ILivenessStore
{
    /// <summary>The store itself.</summary>
    IBlockStore Blocks { get; }

    /// <summary>Opens a lease; dispose it when what was added under it is registered.</summary>
    StoreLease OpenLease();

    /// <summary>Begins an epoch and returns its number.</summary>
    long BeginEpoch();

    /// <summary>Stamps a block with the current epoch; false if it is not here.</summary>
    bool Stamp(in Multihash hash);

    /// <summary>Stamps a block with the current epoch and notes that its links were followed as those of a codec.</summary>
    MarkOutcome Mark(in Cid cid);

    /// <summary>
    /// Deletes blocks whose stamps are older than the epoch and that no lease protects; durable when it completes. May be repeated until nothing is deleted.
    /// </summary>
    /// <param name="epoch">The current epoch.</param>
    /// <param name="options">How much at a time.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="InvalidOperationException">Another epoch has begun.</exception>
    Task<SweepResult> SweepAsync(long epoch, SweepOptions options, CancellationToken cancellationToken = default);
}
