using IpfsKit.Grains;

namespace IpfsKit.Client;

/// <summary>How far a fetch has come.</summary>
/// <param name="Blocks">Blocks that have come from peers.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Sources">Who sent how much, the one who sent most first; at most 16.</param>
public sealed record FetchProgress(long Blocks, long Bytes, IReadOnlyList<FetchSource> Sources);
