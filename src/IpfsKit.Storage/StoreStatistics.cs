namespace IpfsKit.Storage;

/// <summary>What a store holds and uses, at one moment.</summary>
/// <param name="Blocks">The blocks in it.</param>
/// <param name="LiveBytes">The bytes of their records, headers and padding included.</param>
/// <param name="DiskBytes">The bytes of all its files.</param>
/// <param name="CapacityBytes">The most that those may be.</param>
/// <param name="Segments">The segment files.</param>
/// <param name="IndexBytes">The memory of the index.</param>
/// <param name="PendingRecords">Puts and deletions that wait to be durable.</param>
/// <param name="PendingBytes">Their bytes.</param>
/// <param name="DamagedBlocks">Blocks that were found damaged and neither put again nor deleted since.</param>
/// <param name="Epoch">The liveness epoch.</param>
/// <param name="OpenLeases">The leases that are open.</param>
public sealed record StoreStatistics(
    long Blocks, long LiveBytes, long DiskBytes, long CapacityBytes, int Segments, long IndexBytes, long PendingRecords, long PendingBytes, int DamagedBlocks,
    long Epoch, int OpenLeases);
