namespace IpfsKit.Multiformats;

/// <summary>A row of the multicodec table.</summary>
/// <param name="Code">The code.</param>
/// <param name="Name">The name as the table writes it, like <c>dag-pb</c>.</param>
/// <param name="Tag">The kind of thing that the code names, like <c>ipld</c> or <c>multihash</c>.</param>
/// <param name="Status">How settled the row is.</param>
public sealed record MulticodecEntry(Multicodec Code, string Name, string Tag, MulticodecStatus Status);
