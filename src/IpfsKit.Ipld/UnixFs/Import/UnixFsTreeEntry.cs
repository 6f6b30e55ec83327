using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>An entry of a tree whose blocks are made.</summary>
/// <param name="Path">Where it is in the tree; empty for the root.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Cid">Its root.</param>
/// <param name="FileBytes">The bytes of a file; 0 for others.</param>
/// <param name="DagBytes">The bytes of all its blocks, counted as often as they are linked.</param>
public readonly record struct UnixFsTreeEntry(string Path, UnixFsSourceKind Kind, Cid Cid, long FileBytes, long DagBytes);
