using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Heat;

/// <summary>Where gathered touches go: the content grains, or a test.</summary>
internal interface ITouchSink
{
    /// <summary>Reports reads of a root; throws if they may not have been counted.</summary>
    ValueTask TouchAsync(Cid root, TouchBatch touches, CancellationToken cancellationToken);
}
