using IpfsKit.Grains.Content;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Heat;

/// <summary>Reports to the content grain of the root, two-way: a slow grain slows the reporter down, not itself.</summary>
internal sealed class GrainTouchSink(IGrainFactory grains) : ITouchSink
{
    public ValueTask TouchAsync(Cid root, TouchBatch touches, CancellationToken cancellationToken) =>
        grains.GetContentHolder(root).TouchAsync(touches, cancellationToken);
}
