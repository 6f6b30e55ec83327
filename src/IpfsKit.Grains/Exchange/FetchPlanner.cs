using IpfsKit.Bitswap;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Exchange;

/// <summary>Decides whom to ask for content that is not here.</summary>
/// <remarks>
/// Of a registered root its content grain says which silos hold it and which peers have delivered it. Of any other CID no grain is asked, so that nobody can call grains to life by asking for what does not exist: the
/// silos of the cluster are asked whether they have it.
/// </remarks>
internal sealed class FetchPlanner(ClusterNodes nodes, IBitswap bitswap, IGrainFactory grains, RetrievalCounters counters, IOptions<IpfsKitOptions> options)
{
    /// <summary>Whether there is anybody who could be asked.</summary>
    public async ValueTask<bool> HasAnybodyAsync(RemoteReadRequest request, CancellationToken cancellationToken) =>
        HasOutsidePeers()
        || (!request.SkipCluster && ReachableSiblings().Any())
        || (request.IsRegistered && await grains.GetContentHolder(request.Root).GetSourcesAsync(cancellationToken) is { Providers.Count: > 0 });

    /// <summary>A plan.</summary>
    /// <param name="root">The content.</param>
    /// <param name="isRoot">Whether it may be a registered root.</param>
    /// <param name="named">Peers that somebody named; they come first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<FetchPlan> PlanAsync(Cid root, bool isRoot, IReadOnlyList<PeerInfo> named, CancellationToken cancellationToken)
    {
        var sources = isRoot ? await grains.GetContentHolder(root).GetSourcesAsync(cancellationToken) : null;
        var siblings = ReachableSiblings().ToArray();
        var holders = sources is null ? [] : siblings.Where(node => sources.Holders.Contains(node.Node)).ToArray();
        if (holders.Length == 0)
            holders = [.. siblings.Take(options.Value.Exchange.MaxSiblingsAsked)];
        var providers = sources?.Providers.Select(hint => new PeerInfo(hint.Peer, hint.Addresses)) ?? [];
        PeerInfo[] outside = [.. named, .. providers];
        var plan = new FetchPlan(
            sources,
            [.. named, .. holders.Select(node => new PeerInfo(node.Node, node.Libp2pAddresses)), .. providers],
            outside.Length > 0 || HasOutsidePeers());
        counters.AddSearch(plan.Peers.Count);
        return plan;
    }

    private IEnumerable<NodeInfo> ReachableSiblings() => nodes.List().Skip(1).Where(node => node.Libp2pAddresses.Count > 0);

    private bool HasOutsidePeers()
    {
        foreach (var peer in bitswap.Peers)
        {
            if (!nodes.TryGet(peer, out _))
                return true;
        }

        return false;
    }
}
