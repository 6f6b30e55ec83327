using IpfsKit.Multiformats;

namespace IpfsKit.Storage;

/// <summary>A block whose record in the store is damaged. It is no longer found; putting it again heals it. Where a report lists it as unreadable, it is kept.</summary>
/// <param name="Hash">The block, or null if the damage took its name too.</param>
/// <param name="File">The file that is damaged.</param>
/// <param name="Offset">Where, in bytes.</param>
/// <param name="Length">How much, in bytes.</param>
/// <param name="Reason">What is wrong.</param>
public sealed record DamagedBlock(Multihash? Hash, string File, long Offset, long Length, string Reason);
