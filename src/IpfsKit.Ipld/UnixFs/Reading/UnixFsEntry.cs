using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>An entry of a directory, as the directory's blocks say; the entry itself was not looked at.</summary>
/// <param name="Name">The name, which may be one that is not safe to use as a file's: see <see cref="UnixFsName"/>.</param>
/// <param name="Cid">Its root.</param>
/// <param name="DagBytes">The claimed bytes of all its blocks, or null if not stated; never to be trusted.</param>
public readonly record struct UnixFsEntry(string Name, Cid Cid, ulong? DagBytes);
