using System.Collections.Concurrent;
using IpfsKit.Bitswap;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Transport;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Exchange;

/// <summary>Decides whom to ask for content that is not here.</summary>
/// <remarks>
/// Of a registered root its content grain says which silos hold it; peers that have delivered it are looked for when those do not (<see cref="NodeProviderFinder"/>). Of any other CID no grain is asked, so that nobody can call
/// grains to life by asking for what does not exist: the silos of the cluster are asked whether they have it, by bitswap, or, if there are more of them than bitswap should bother, by a call to each.
/// </remarks>
internal sealed partial class FetchPlanner(
    ClusterNodes nodes, ITransportClient transport, IBitswap bitswap, IGrainFactory grains, RetrievalCounters counters, IOptions<IpfsKitOptions> options, ILogger<FetchPlanner> logger)
{
    /// <summary>The most silos that are asked at once whether they have a block.</summary>
    public const int MaxConcurrentQuestions = 32;

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
            holders = siblings.Length <= options.Value.Exchange.MaxSiblingsAsked ? siblings : await AskWhoHasAsync(root, siblings, cancellationToken);
        var plan = new FetchPlan(
            sources,
            [.. named, .. holders.Select(node => new PeerInfo(node.Node, node.Libp2pAddresses))],
            named.Count > 0 || sources is { Providers.Count: > 0 } || HasOutsidePeers());
        counters.AddSearch(plan.Peers.Count);
        return plan;
    }

    /// <summary>In a large cluster bitswap does not ask everybody: their transport services say who has the block, in memory and at once.</summary>
    private async Task<NodeInfo[]> AskWhoHasAsync(Cid cid, IReadOnlyList<NodeInfo> siblings, CancellationToken cancellationToken)
    {
        var holders = new ConcurrentQueue<NodeInfo>();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentQuestions, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(siblings, parallel, async (node, token) =>
        {
            try
            {
                if (transport.Find(node.Node) is { } service && await service.HasBlockAsync(cid).WaitAsync(options.Value.Exchange.SiblingTimeout, token))
                    holders.Enqueue(node);
            }
            catch (Exception e) when (!token.IsCancellationRequested)
            {
                // The others may have it.
                LogNotAsked(logger, node.Node, cid, e);
            }
        });
        return [.. holders.Take(options.Value.Exchange.MaxSiblingsAsked)];
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

    [LoggerMessage(Level = LogLevel.Debug, Message = "Silo {PeerId} did not say whether it has {Cid}.")]
    private static partial void LogNotAsked(ILogger logger, PeerId peerId, Cid cid, Exception exception);
}
