using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagPb;

/// <summary>A link of a dag-pb node.</summary>
/// <param name="Hash">The target.</param>
/// <param name="Name">The name, or null if the field is absent.</param>
/// <param name="Tsize">The claimed size in bytes of the target's whole DAG, or null if absent; never to be trusted.</param>
public readonly record struct DagPbLink(Cid Hash, string? Name, ulong? Tsize);
