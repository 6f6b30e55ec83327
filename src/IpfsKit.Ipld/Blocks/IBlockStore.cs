using IpfsKit.Multiformats;

namespace IpfsKit.Ipld;

/// <summary>A set of blocks, keyed by multihash.</summary>
/// <remarks>
/// <para><b>Keys.</b> The CID's version and codec take no part: a block put under one CID is found under every CID with the same
/// multihash, and comes back named as it was asked for. Identity CIDs hold their own bytes: every store answers them without storing them.</para>
/// <para><b>Verified.</b> Only verified blocks go in (<see cref="ArgumentException"/> otherwise) and only verified blocks come out.</para>
/// <para><b>Durable.</b> When a put or delete completes, it survives what the store says it survives (a durable store: loss of power).
/// If a put throws or is cancelled, any part of it may have happened; repeating it is harmless. <b>Ownership.</b> A put borrows its blocks until it completes:
/// the caller keeps them alive meanwhile and disposes them after. A get gives the caller a reference to dispose.</para>
/// <para><b>Threads.</b> All members may be called concurrently. Every implementation passes <c>BlockStoreConformanceTests</c> of the test kit.</para>
/// </remarks>
public interface IBlockStore : IBlockSource, IBlockSink
{
    /// <summary>Whether the block is here.</summary>
    ValueTask<bool> HasAsync(Cid cid, CancellationToken cancellationToken = default);

    /// <summary>The block's size in bytes, or null if it is not here.</summary>
    ValueTask<int?> GetSizeAsync(Cid cid, CancellationToken cancellationToken = default);

    /// <summary>Adds a block; a block that is already here is not an error.</summary>
    /// <exception cref="StorageFullException">There is no room.</exception>
    ValueTask PutAsync(Block block, CancellationToken cancellationToken = default);

    /// <summary>Removes a block; false if it was not here.</summary>
    ValueTask<bool> DeleteAsync(Cid cid, CancellationToken cancellationToken = default);

    /// <summary>
    /// The multihashes of a snapshot: every block that was here when the enumeration began and is not deleted before it is reached, once, in no order.
    /// Blocks put meanwhile may or may not appear. Writers are never blocked.
    /// </summary>
    IAsyncEnumerable<Multihash> EnumerateAsync(CancellationToken cancellationToken = default);
}
