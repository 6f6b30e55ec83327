using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Where a path leads.</summary>
/// <param name="Path">The path.</param>
/// <param name="Cid">The block in which it ends; the resolver did not need to have it.</param>
/// <param name="Remainder">
/// The names that are followed inside that block, when it is dag-cbor or dag-json and the path ends at a value in it; else empty.
/// </param>
/// <param name="Visited">
/// The blocks that lead there, in order and without the last: directories, the shards that the names lead through, and IPLD maps. With them anybody
/// can check the way.
/// </param>
public sealed record ResolvedPath(IpfsPath Path, Cid Cid, IReadOnlyList<string> Remainder, IReadOnlyList<Cid> Visited);
