using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Car;

/// <summary>What was imported.</summary>
/// <param name="Roots">The roots that the header names, whether or not they came with it.</param>
/// <param name="Blocks">The number of blocks in the CAR, repeated ones and those of identity CIDs included.</param>
/// <param name="Bytes">The length of what was read, in bytes.</param>
public sealed record CarImportResult(IReadOnlyList<Cid> Roots, long Blocks, long Bytes);
