using IpfsKit.Multiformats;

namespace IpfsKit.Client;

/// <summary>What an export wrote.</summary>
/// <param name="Root">The root of the CAR: the CID at the end of the path.</param>
/// <param name="Blocks">The blocks written.</param>
/// <param name="Bytes">The size of the CAR in bytes.</param>
public readonly record struct CarExportResult(Cid Root, long Blocks, long Bytes);
