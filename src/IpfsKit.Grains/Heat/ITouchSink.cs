using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Heat;

/// <summary>Where gathered touches go: the content grains, or a test.</summary>
internal interface ITouchSink
{
    /// <summary>Whether a CID that was read here is a root of this silo; reads of others are not counted, because every one of them would activate a grain.</summary>
    ValueTask<bool> IsRootAsync(Cid cid, CancellationToken cancellationToken);

    /// <summary>Reports reads of a root; throws if they may not have been counted.</summary>
    ValueTask TouchAsync(Cid root, TouchBatch touches, CancellationToken cancellationToken);
}
