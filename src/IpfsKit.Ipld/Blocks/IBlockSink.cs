namespace IpfsKit.Ipld;

/// <summary>Where makers of blocks put them: a store, a CAR writer, an upload.</summary>
public interface IBlockSink
{
    /// <summary>Takes verified blocks; completes when it has them as safely as it promises. Not atomic: after a failure it may have some.</summary>
    /// <remarks>The caller keeps the blocks alive until this completes, and disposes them after.</remarks>
    /// <exception cref="StorageFullException">There is no room.</exception>
    ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default);
}
