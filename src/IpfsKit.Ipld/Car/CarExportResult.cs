using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Car;

/// <summary>What was written.</summary>
/// <param name="Root">The root in the header: where the path led.</param>
/// <param name="Blocks">The number of blocks.</param>
/// <param name="Bytes">The length of the CAR in bytes.</param>
public sealed record CarExportResult(Cid Root, long Blocks, long Bytes);
