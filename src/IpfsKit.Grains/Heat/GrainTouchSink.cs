using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Heat;

/// <summary>Reports to the content grain of the root, two-way: a slow grain slows the reporter down, not itself.</summary>
internal sealed class GrainTouchSink(IpfsNode node, HeldRoots held, IGrainFactory grains) : ITouchSink
{
    public async ValueTask<bool> IsRootAsync(Cid cid, CancellationToken cancellationToken)
    {
        // A root that was just registered is read before the catalog knows of its commit.
        await held.EndingAsync(cid).WaitAsync(cancellationToken);
        return await node.Storage.Catalog.GetRootAsync(cid, cancellationToken) is { Committed: true };
    }

    public ValueTask TouchAsync(Cid root, TouchBatch touches, CancellationToken cancellationToken) =>
        grains.GetContentHolder(root).TouchAsync(touches, cancellationToken);
}
