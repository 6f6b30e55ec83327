using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Liveness;

/// <summary>What a collection did.</summary>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Roots">The roots that it followed, repetitions included.</param>
/// <param name="Followed">Blocks whose links it followed.</param>
/// <param name="Missing">Links to blocks that are not here.</param>
/// <param name="Unreadable">Blocks that are damaged or that the disk refuses to read, so that what they reach is not known.</param>
/// <param name="IncompleteRoots">Roots of which the whole DAG is held and blocks are missing or unreadable, repetitions included; a block that several share counts for the first.</param>
/// <param name="FirstIncompleteRoot">The first of them, or null.</param>
/// <param name="Swept">What was deleted; null if nothing was swept because roots were incomplete or somebody's mark failed on the way.</param>
/// <param name="Duration">How long it took.</param>
public sealed record CollectionReport(
    long Epoch, long Roots, long Followed, long Missing, long Unreadable, long IncompleteRoots, Cid? FirstIncompleteRoot, SweepResult? Swept, TimeSpan Duration);
