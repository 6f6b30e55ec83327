using System.Runtime.CompilerServices;
using IpfsKit.Bitswap;
using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Placement;
using IpfsKit.Grains.Replication;
using IpfsKit.Grains.Tickets;
using IpfsKit.Grains.Transport;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using Orleans.Concurrency;
using Orleans.Placement;

namespace IpfsKit.Grains.Nodes;

/// <summary>The address of one silo's node: a thin router that keeps no state of its own, so that calls may interleave freely.</summary>
[PinnedToNode, Reentrant, Immovable, CollectionAgeLimit(AlwaysActive = true)]
internal sealed class NodeGrain(
    IpfsNode node,
    HeldRoots held,
    TicketService tickets,
    DagAdopter adopter,
    PinWalker pinWalker,
    ContentReads contents,
    FetchPlanner planner,
    FetchOperations fetches,
    PeerDirectory peers,
    RetrievalCounters retrieval,
    IBitswap bitswap,
    TouchAggregator touches,
    ReadGate reads,
    Departure departure,
    SweepSchedule schedule,
    LoadExchange loads,
    CommitSignals signals,
    ReplicationCounters replication,
    CatalogReconciler reconciler) : Grain, INodeGrain, INodeControlGrain
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    private SiloCatalog Catalog => node.Storage.Catalog;

    /// <inheritdoc/>
    public async ValueTask<NodeStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken);
        var sizes = node.Storage.Blocks.GetStatistics();
        var roots = Catalog.Statistics;
        return new NodeStats
        {
            Node = node.PeerId,
            StartedAt = node.StartedAt,
            Roots = roots.CommittedRoots,
            Pins = roots.RecursivePins + roots.DirectPins,
            Blocks = sizes.Blocks,
            BlockBytes = sizes.LiveBytes,
            DiskBytes = sizes.DiskBytes,
            FreeBytes = node.Storage.FreeBytes,
            Reads = node.Counters.Reads,
            BytesSent = node.Counters.BytesSent,
            Uploads = node.Counters.Uploads,
            BytesReceived = node.Counters.BytesReceived,
            Retrieval = retrieval.Snapshot(),
            Exchange = ToStats(bitswap.Statistics, peers.Count),
            Replication = replication.Snapshot(departure.IsLeaving),
        };
    }

    /// <inheritdoc/>
    public async ValueTask<DataEndpoint> OpenUploadAsync(UploadRequest request, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(request.MaxBytes);
        if (node.Storage.Blocks.Failure is { } failure)
            throw new StateUnavailableException($"Silo {node.PeerId} takes no uploads: {failure.Message}");
        if (departure.IsLeaving)
            throw new InsufficientStorageException($"Silo {node.PeerId} is being decommissioned and takes no uploads.");
        var free = node.Storage.FreeBytes;
        if (request.ExpectedBytes > free)
            throw new InsufficientStorageException($"Silo {node.PeerId} has room for {free} bytes, and the upload has {request.ExpectedBytes}.");
        return ToEndpoint(await tickets.IssueUploadAsync(node.PeerId, request.MaxBytes, cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<DataEndpoint?> OpenReadAsync(Cid cid, CancellationToken cancellationToken) =>
        await node.Blocks.HasAsync(cid, cancellationToken)
            ? ToEndpoint(await tickets.IssueReadAsync(node.PeerId, cid, TicketScope.Unregistered, cancellationToken))
            : null;

    /// <inheritdoc/>
    public async ValueTask<DataEndpoint?> OpenRemoteReadAsync(RemoteReadRequest request, CancellationToken cancellationToken) =>
        await planner.HasAnybodyAsync(request, cancellationToken)
            ? ToEndpoint(await tickets.IssueReadAsync(node.PeerId, request.Root, request.IsRegistered ? TicketScope.Dag : TicketScope.Unregistered, cancellationToken))
            : null;

    /// <inheritdoc/>
    public async IAsyncEnumerable<FetchUpdate> FetchAsync(FetchRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var operation = fetches.Start(request);
        try
        {
            FetchUpdate? last = null;
            while (!operation.Completion.IsCompleted)
            {
                if (operation.Progress is var progress && progress.Blocks != last?.Blocks)
                    yield return last = progress;
                await ((Task)operation.Completion).WaitAsync(ProgressInterval, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                cancellationToken.ThrowIfCancellationRequested();
            }

            var root = await operation.Completion;
            yield return operation.Progress with { Root = root };
        }
        finally
        {
            operation.Cancel();
            // It ends at once; until then its source of cancellation is needed.
            await ((Task)operation.Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ConnectedPeer> ConnectPeerAsync(Multiaddr address, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await peers.ConnectAsync(address, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ConnectedPeer>> ListPeersAsync(CancellationToken cancellationToken) => new(peers.List());

    /// <inheritdoc/>
    public async ValueTask AdoptAsync(Cid cid, bool wholeDag, CancellationToken cancellationToken) =>
        await adopter.AdoptAsync(cid, wholeDag, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<RootInfo> ListRootsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken);
        await foreach (var root in Catalog.EnumerateRootsAsync(CatalogFilter.Committed, cancellationToken: cancellationToken))
        {
            yield return new RootInfo
            {
                Root = root.Root,
                SizeBytes = root.SizeBytes,
                DagBytes = root.DagBytes,
                Blocks = root.Blocks,
                CommittedAt = root.CommittedAt ?? default,
                Pin = root.Pin is { } pin ? CatalogPins.ToMode(pin.Mode) : null,
            };
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<PinInfo> ListPinsAsync(PinMode? mode, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await CatchUpAsync(cancellationToken);
        if (mode == PinMode.Indirect)
        {
            await foreach (var pin in pinWalker.WalkAsync(cancellationToken))
                yield return pin;
            yield break;
        }

        await foreach (var root in Catalog.EnumerateRootsAsync(CatalogFilter.Pinned, cancellationToken: cancellationToken))
        {
            if (root.Pin?.ToInfo(root.Root) is { } pin && (mode is null || mode == pin.Mode))
                yield return pin;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<BlockMessage> StreamBlocksAsync(BlockStreamRequest request, CancellationToken cancellationToken) =>
        BlockStreamRefusals.ApplyAsync(StreamAsync(request, cancellationToken), cancellationToken);

    private async IAsyncEnumerable<BlockMessage> StreamAsync(BlockStreamRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var lease = reads.Enter();
        var query = EntityQuery.Parse(request);
        var verification = await tickets.VerifyReadAsync(request.Ticket, node.PeerId, request.Root, cancellationToken);
        if (!verification.IsValid)
            throw DataPlaneRefusals.Ticket(verification.Fault);
        if (verification.Ticket.Scope == TicketScope.Block && !query.IsRootBlockAlone(ContentFormat.Car))
            throw DataPlaneRefusals.Ticket(TicketFault.WrongRoot);

        var sent = 0L;
        try
        {
            await using var read = contents.Open(request.Root, verification.Ticket.Scope);
            var resolved = await read.Streamer.ResolveAsync(query, cancellationToken);
            await foreach (var block in read.Streamer.StreamAsync(resolved, query, cancellationToken))
            {
                BlockMessage message;
                using (block)
                    message = new BlockMessage(block.Cid, block.Data.ToArray());
                sent += message.Data.Length;
                yield return message;
            }
        }
        finally
        {
            node.Counters.AddRead(sent);
            if (!query.Continues)
                touches.Record(request.Root, sent);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DropRootAsync(Cid root, long revision, CancellationToken cancellationToken) =>
        await held.DropAsync(root, revision, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask SetPinAsync(Cid root, ContentRegistration registration, CancellationToken cancellationToken) =>
        // All that the row follows from, not the pin alone: it may arrive before the end of the registration that it comes after, and overtakes that.
        await CommitAsync(root, registration, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Cid>> FindMissingAsync(IReadOnlyList<Cid> roots, CancellationToken cancellationToken)
    {
        var missing = new List<Cid>();
        foreach (var root in roots)
        {
            if (await Catalog.GetRootAsync(root, cancellationToken) is null)
                missing.Add(root);
        }

        return missing;
    }

    /// <inheritdoc/>
    public ValueTask SetLeavingAsync(bool isLeaving, CancellationToken cancellationToken)
    {
        departure.Set(isLeaving);
        return default;
    }

    /// <inheritdoc/>
    public async ValueTask SweepAsync(CancellationToken cancellationToken)
    {
        schedule.Request();
        await loads.ExchangeAsync(cancellationToken);
    }

    private async Task CommitAsync(Cid root, ContentRegistration registration, CancellationToken cancellationToken)
    {
        await held.CommitAsync(root, registration, cancellationToken);
        signals.Set(root);
    }

    /// <summary>From here on the catalog has all that was acknowledged, before a crash of this silo and since.</summary>
    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await reconciler.WaitForPendingAsync(cancellationToken);
        await Catalog.FlushAsync(cancellationToken);
    }

    private static ExchangeStats ToStats(BitswapStatistics statistics, int peers) => new()
    {
        Peers = peers,
        BlocksReceived = statistics.BlocksReceived,
        BytesReceived = statistics.BytesReceived,
        DuplicateBlocksReceived = statistics.DuplicateBlocksReceived,
        DuplicateBytesReceived = statistics.DuplicateBytesReceived,
        UnwantedBlocksReceived = statistics.UnwantedBlocksReceived,
        BlocksSent = statistics.BlocksSent,
        BytesSent = statistics.BytesSent,
    };

    private DataEndpoint ToEndpoint(IssuedTicket ticket) =>
        new() { Node = node.PeerId, Address = node.Profile.DataAddress, Ticket = ticket.Text, ExpiresAt = ticket.ExpiresAt };
}
