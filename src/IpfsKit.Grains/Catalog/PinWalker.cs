using System.Runtime.CompilerServices;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Catalog;

/// <summary>Computes indirect pins: everything that a recursive pin reaches and that has no pin of its own.</summary>
/// <remarks>
/// Each is reported once, under the first recursive pin that reaches it, as long as the walk remembers: it remembers <see cref="RememberedCids"/> CIDs (about 100 MiB), after which one that
/// several pins share may be reported again.
/// </remarks>
internal sealed class PinWalker(IpfsNode node, IOptions<IpfsKitOptions> options)
{
    private readonly ConcurrencyGate _gate = new(options.Value.Catalog.MaxIndirectPinListings);

    private const int RememberedCids = 1 << 20;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>The indirect pins of this silo.</summary>
    /// <exception cref="NodeBusyException">Too many such walks are under way (<see cref="CatalogOptions.MaxIndirectPinListings"/>).</exception>
    public async IAsyncEnumerable<PinInfo> WalkAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var lease = _gate.TryEnter() ?? throw new NodeBusyException("Too many listings of indirect pins at once.", RetryAfter);
        var catalog = node.Storage.Catalog;
        var seen = new HashSet<Cid>();
        await foreach (var root in catalog.EnumerateRootsAsync(CatalogFilter.Pinned, cancellationToken: cancellationToken))
        {
            if (root.Pin is not { Mode: CatalogPinMode.Recursive } pin)
                continue;
            await foreach (var block in new DagWalker(node.Blocks).WalkAsync(root.Root, cancellationToken))
            {
                var cid = block.Cid;
                block.Dispose();
                var key = cid.ToV1();
                if (key == root.Root.ToV1() || !(seen.Count < RememberedCids ? seen.Add(key) : !seen.Contains(key)))
                    continue;
                if (await catalog.GetPinAsync(key, cancellationToken) is not null)
                    continue;
                yield return new PinInfo { Cid = cid, Mode = PinMode.Indirect, PinnedAt = pin.PinnedAt };
            }
        }
    }
}
