using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagPb;

/// <summary>A dag-pb node: optional bytes and named links.</summary>
/// <param name="Data">The bytes, or null if the field is absent.</param>
/// <param name="Links">The links, in the order of the block.</param>
/// <remarks>Spec: <see href="https://ipld.io/specs/codecs/dag-pb/spec/"/>.</remarks>
public sealed record DagPbNode(ReadOnlyMemory<byte>? Data, IReadOnlyList<DagPbLink> Links);

/// <summary>A link of a dag-pb node.</summary>
/// <param name="Hash">The target.</param>
/// <param name="Name">The name, or null if the field is absent.</param>
/// <param name="Tsize">The claimed size in bytes of the target's whole DAG, or null if absent; never to be trusted.</param>
public readonly record struct DagPbLink(Cid Hash, string? Name, ulong? Tsize);
