using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap;

/// <summary>What a session has done.</summary>
/// <param name="Blocks">Blocks that came from peers, each counted once.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="DuplicateBlocks">Blocks that came once more.</param>
/// <param name="DuplicateBytes">Their bytes.</param>
/// <param name="BytesByPeer">Who sent how much, duplicates included.</param>
public sealed record SessionStatistics(long Blocks, long Bytes, long DuplicateBlocks, long DuplicateBytes, IReadOnlyDictionary<PeerId, long> BytesByPeer);
