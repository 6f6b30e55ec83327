using System.Diagnostics;
using IpfsKit.Bitswap;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Exchange;

/// <summary>Opens the sessions of requests whose content is not all here, and takes care of what they leave.</summary>
internal sealed class ContentExchange(
    IpfsNode node, IBitswap bitswap, FetchPlanner planner, SoughtRoots sought, PartialContent partial, CopyKeeper copies, RetrievalCounters counters, IOptions<IpfsKitOptions> options)
{
    private ExchangeOptions Options => options.Value.Exchange;

    /// <summary>What it counts.</summary>
    public RetrievalCounters Counters => counters;

    /// <summary>How long who was turned away should wait.</summary>
    public TimeSpan RetryAfter => options.Value.DataPlane.RetryAfter;

    /// <summary>A reader for one request of a client.</summary>
    public ContentReader OpenReader(Cid root, bool isRoot) => new(this, new ReadRequest(root, isRoot) { MaxBytes = Options.MaxReadBytes }, node.Blocks);

    /// <summary>A reader for a fetch.</summary>
    /// <param name="request">What for.</param>
    /// <param name="local">Where blocks are that are here.</param>
    public ContentReader OpenReader(ReadRequest request, IBlockSource local) => new(this, request, local);

    /// <summary>Begins to ask others; null if there is nobody.</summary>
    internal async Task<RemoteContent?> BeginAsync(ReadRequest request, ContentReader reader, CancellationToken cancellationToken)
    {
        // Away from whoever missed the first block, be it a grain.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var plan = await planner.PlanAsync(request.Root, request.IsRoot, request.Named, cancellationToken);
        if (!plan.HasAnybody)
        {
            counters.AddNobody();
            return null;
        }

        if (plan.Sources is not null)
            sought.Add(request.Root);
        var timeout = request.IdleTimeout ?? (plan.AsksOutside ? Options.ReadTimeout : Options.SiblingTimeout);
        var lease = new KeptLease(node.Storage.Blocks.OpenLease(), Stopwatch.GetTimestamp());
        try
        {
            var session = bitswap.CreateSession(request.Root, new BitswapSessionOptions
            {
                Peers = plan.Peers,
                OnlyThesePeers = !plan.AsksOutside,
                IdleTimeout = timeout,
                MaxBytes = request.MaxBytes,
                Progress = reader,
            });
            return new RemoteContent(session, plan, timeout, lease);
        }
        catch
        {
            lease.Dispose();
            if (plan.Sources is not null)
                sought.Remove(request.Root);
            throw;
        }
    }

    /// <summary>A request has ended: what it fetched is kept for a while, and if it was a root of the cluster that is all here now, this silo becomes one of its holders.</summary>
    internal void End(ReadRequest request, RemoteContent remote, IReadOnlyDictionary<PeerId, long> senders)
    {
        if (remote.Plan.Sources is not null)
            sought.Remove(request.Root);
        if (senders.Count == 0)
        {
            remote.Lease.Dispose();
            return;
        }

        partial.Keep(remote.Lease);
        if (remote.Plan.Sources is { } sources)
            copies.Add(new FetchedContent(sources, [.. senders.OrderByDescending(sender => sender.Value).Select(sender => sender.Key)], remote.Session));
    }
}
