using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Placement;
using IpfsKit.Grains.Tickets;
using IpfsKit.Grains.Transport;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace IpfsKit.Grains.Content;

/// <summary>One root of the cluster.</summary>
/// <remarks>
/// <para>Not reentrant: every change is a read of <see cref="ContentState"/>, a pure transition, one write. Memory is never ahead of what is stored: a failed write puts the old state back. Calls to silos
/// happen after the write, because the state is the truth and catalogs follow it; what a crash leaves undone there is done when the silo reconciles (<see cref="Catalog.CatalogReconciler"/>).</para>
/// <para>Heat is the exception. It gathers in memory and is written behind, with whatever else is written first: by the timer, on the next change, or on deactivation. When
/// that fails it goes back to this silo's table and is reported again.</para>
/// <para>An activation for a key that nobody registered writes nothing and goes away after its call.</para>
/// </remarks>
[RequireSiloRole(NodeRole.Master, NodeRole.Worker), CollectionAgeLimit(Minutes = 5)]
internal sealed partial class ContentGrain(
    [PersistentState("content", GrainNames.ContentStorage)] IPersistentState<ContentState> state,
    [FromKeyedServices(GrainNames.Clock)] TimeProvider time,
    ClusterNodes nodes,
    TicketService tickets,
    TouchReporter touches,
    ITransportClient transport,
    ILogger<ContentGrain> logger) : Grain, IContentGrain, IContentHolderGrain
{
    /// <summary>The most silos that are told at once to hold the root.</summary>
    public const int MaxOperations = 16;

    private const int WriteAttempts = 4;

    private static readonly TimeSpan HeatWriteDelay = TimeSpan.FromSeconds(5);

    private RootHeat _unsaved;
    private Cid _key;
    private IGrainTimer? _flushTimer;

    private ContentState State => state.State;

    private bool IsCommitted => State.Life == ContentLife.Committed;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        return ContentKey.TryParse(key, out _key)
            ? Task.CompletedTask
            : throw new ArgumentException($"'{key}' is not the key of a content grain: a CIDv1 in base32.");
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_unsaved.Accesses == 0)
            return;
        try
        {
            await ChangeAsync(static current => current, cancellationToken);
        }
        catch (Exception e)
        {
            touches.Keep(_key, _unsaved);
            LogHeatKept(logger, _key, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ContentRegistration> RegisterAsync(RegisterContent request, CancellationToken cancellationToken)
    {
        CheckKey(request.Root);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.WriteConcern, 1);
        CheckPin(request.Pin);
        if (request.Pin?.Mode == PinMode.Recursive && !request.WholeDag && !(IsCommitted && State.WholeDag))
            throw new ArgumentException($"A recursive pin needs the whole DAG under {request.Root}, and its block alone is held.", nameof(request));
        var now = Now();
        var isNew = State.Life == ContentLife.None;
        await ChangeAsync(current => ContentTransitions.Register(current, request, now), cancellationToken);
        // An import of millions would leave an activation of each in memory, for minutes; most of its cost was the garbage collector's. Whoever asks for the root wakes it with one read.
        if (isNew)
            DeactivateOnIdle();
        return State.ToRegistration();
    }

    /// <inheritdoc/>
    public async ValueTask<ContentRegistration> AcknowledgeAsync(NodePlacement placement, CancellationToken cancellationToken)
    {
        if (State.Life is not (ContentLife.Pending or ContentLife.Committed))
            throw NotFound();
        var now = Now();
        await ChangeAsync(current => ContentTransitions.Acknowledge(current, placement, now), cancellationToken);
        return State.ToRegistration();
    }

    /// <inheritdoc/>
    public ValueTask<ContentInfo?> StatAsync(CancellationToken cancellationToken)
    {
        if (IsCommitted)
            return new(State.ToInfo(ContentTransitions.HeatOf(State) + _unsaved, Now()));
        LeaveUnlessRegistered();
        return new((ContentInfo?)null);
    }

    /// <inheritdoc/>
    public async ValueTask<ContentLocation?> LocateAsync(CancellationToken cancellationToken)
    {
        if (!IsCommitted)
        {
            LeaveUnlessRegistered();
            return null;
        }

        var endpoints = new List<DataEndpoint>(State.Placements.Count);
        foreach (var placement in State.Placements)
        {
            if (!nodes.TryGet(PeerId.Parse(placement.Node), out var node))
                continue;
            var ticket = await tickets.IssueReadAsync(node.Node, _key, State.WholeDag ? TicketScope.Dag : TicketScope.Block, cancellationToken);
            endpoints.Add(new DataEndpoint { Node = node.Node, Address = node.DataAddress, Ticket = ticket.Text, ExpiresAt = ticket.ExpiresAt });
        }

        // All copies are as good as each other for all that is known here: in random order they share the load.
        Random.Shared.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(endpoints));
        return new ContentLocation { Root = Cid.Parse(State.Root), SizeBytes = State.SizeBytes, Endpoints = endpoints };
    }

    /// <inheritdoc/>
    public async ValueTask PinAsync(PinRequest request, CancellationToken cancellationToken)
    {
        CheckPin(request);
        if (!IsCommitted)
            throw NotFound();
        if (request.Mode == PinMode.Recursive && !State.WholeDag)
            throw new ContentUnavailableException(_key, "only the root's block is held; adopt the whole DAG before pinning it recursively.");
        var now = Now();
        await ChangeAsync(current => ContentTransitions.Pin(current, request, now), cancellationToken);
        await TellPinAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> UnpinAsync(CancellationToken cancellationToken)
    {
        if (!IsCommitted)
        {
            LeaveUnlessRegistered();
            return false;
        }

        var wasPinned = State.Pin is not null;
        await ChangeAsync(ContentTransitions.Unpin, cancellationToken);
        await TellPinAsync(cancellationToken);
        return wasPinned;
    }

    /// <inheritdoc/>
    public ValueTask TouchAsync(TouchBatch touches, CancellationToken cancellationToken)
    {
        if (State.Life is not (ContentLife.Pending or ContentLife.Committed))
        {
            LeaveUnlessRegistered();
            return default;
        }

        _unsaved += RootHeat.Of(touches, Now());
        ArmFlush();
        return default;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveAsync(CancellationToken cancellationToken)
    {
        if (IsCommitted && State.Pin is not null)
            throw new ContentPinnedException(Cid.Parse(State.Root));
        var removed = IsCommitted;
        if (State.Life == ContentLife.None)
        {
            LeaveUnlessRegistered();
            return false;
        }

        // First hide, then drop: at no moment is a root visible whose blocks may be gone.
        _unsaved = default;
        await ChangeAsync(ContentTransitions.Hide, cancellationToken);
        await DropCopiesAsync(cancellationToken);
        return removed;
    }

    /// <inheritdoc/>
    public ValueTask<CopyStanding> ReconcileAsync(PeerId node, CancellationToken cancellationToken)
    {
        LeaveUnlessRegistered();
        var name = node.ToString();
        return new(new CopyStanding
        {
            Registration = State.ToRegistration(),
            IsKnown = State.Life != ContentLife.None,
            IsHolder = State.Placements.Any(placement => placement.Node == name),
        });
    }

    /// <inheritdoc/>
    public async ValueTask<ContentRegistration> RestoreAsync(RegisterContent copy, bool committed, CancellationToken cancellationToken)
    {
        CheckKey(copy.Root);
        var now = Now();
        switch (State.Life)
        {
            case ContentLife.Pending or ContentLife.Committed:
                await ChangeAsync(
                    current => ContentTransitions.Overtake(ContentTransitions.Acknowledge(current, copy.Placement, now), copy.Revision), cancellationToken);
                break;
            case ContentLife.None when committed:
                LogStateLost(logger, _key, copy.Placement.Node);
                await ChangeAsync(current => ContentTransitions.Register(current, copy, now), cancellationToken);
                break;
            default:
                LeaveUnlessRegistered();
                break;
        }

        return State.ToRegistration();
    }

    /// <inheritdoc/>
    public async ValueTask DroppedAsync(PeerId node, CancellationToken cancellationToken)
    {
        if (State.Life == ContentLife.Removing)
            await FinishRemovalAsync([node], cancellationToken);
        else
            LeaveUnlessRegistered();
    }

    /// <inheritdoc/>
    public ValueTask<ContentSources?> GetSourcesAsync(CancellationToken cancellationToken)
    {
        if (IsCommitted)
            return new(State.ToSources());
        LeaveUnlessRegistered();
        return new((ContentSources?)null);
    }

    /// <inheritdoc/>
    public async ValueTask AddProvidersAsync(IReadOnlyList<ProviderHint> providers, CancellationToken cancellationToken)
    {
        var now = Now();
        await ChangeAsync(current => ContentTransitions.Learn(current, providers, now), cancellationToken);
        LeaveUnlessRegistered();
    }

    /// <inheritdoc/>
    public async ValueTask<Guid?> ReplicateAsync(PeerId node, CancellationToken cancellationToken)
    {
        if (!IsCommitted)
            throw NotFound();
        var name = node.ToString();
        if (State.Placements.Any(placement => placement.Node == name))
            return null;
        var isTold = State.Operations?.Any(operation => operation.Node == name) is true;
        if (!isTold && State.Operations?.Count >= MaxOperations)
            throw new ContentUnavailableException(_key, $"{MaxOperations} silos are fetching it already.");
        var service = transport.Find(node) ?? throw new ContentUnavailableException(_key, $"silo {node} is not active.");
        var (id, now) = (Guid.NewGuid(), Now());
        // What is recorded first can be told again; what is told first might be reported before anybody knows of it.
        await ChangeAsync(current => ContentTransitions.Command(current, id, node, now), cancellationToken);
        var operation = State.Operations!.First(known => known.Node == name);
        await service.BeginFetchAsync(operation.Id, new FetchRequest { Root = Cid.Parse(State.Root) });
        return operation.Id;
    }

    /// <inheritdoc/>
    public async ValueTask ReportAsync(Guid operationId, TransportOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.Failure is { } failure && State.Operations?.Any(operation => operation.Id == operationId) is true)
            LogCommandFailed(logger, _key, outcome.Node, failure);
        // A silo that holds the root has registered its copy itself.
        await ChangeAsync(current => ContentTransitions.Reported(current, operationId), cancellationToken);
        LeaveUnlessRegistered();
    }

    private async ValueTask DropCopiesAsync(CancellationToken cancellationToken)
    {
        var revision = State.Revision;
        var dropped = await TellHoldersAsync(node => node.DropRootAsync(_key, revision, cancellationToken));
        await FinishRemovalAsync(dropped, cancellationToken);
    }

    /// <summary>Strikes silos off; clears the state with the last of them. A silo that is down keeps the root in this state until it has been told.</summary>
    private async ValueTask FinishRemovalAsync(IReadOnlyList<PeerId> dropped, CancellationToken cancellationToken)
    {
        var remaining = dropped.Aggregate(State, ContentTransitions.Dropped);
        if (remaining.Placements.Count > 0)
        {
            await ChangeAsync(current => dropped.Aggregate(current, ContentTransitions.Dropped), cancellationToken);
            return;
        }

        await state.ClearStateAsync(cancellationToken);
        LeaveUnlessRegistered();
    }

    private async ValueTask TellPinAsync(CancellationToken cancellationToken)
    {
        var registration = State.ToRegistration();
        await TellHoldersAsync(node => node.SetPinAsync(_key, registration, cancellationToken));
    }

    /// <summary>Tells every silo that holds the root and is up; the others learn it when they reconcile.</summary>
    /// <returns>Those that have done it.</returns>
    private async Task<IReadOnlyList<PeerId>> TellHoldersAsync(Func<INodeControlGrain, ValueTask> command)
    {
        var holders = State.Placements.Select(placement => PeerId.Parse(placement.Node)).Where(peer => nodes.TryGet(peer, out _));
        var outcomes = await Task.WhenAll(holders.Select(async peer =>
        {
            try
            {
                await command(GrainFactory.GetGrain<INodeControlGrain>(peer.ToString()));
                return (peer, Done: true);
            }
            catch (Exception e)
            {
                LogHolderNotTold(logger, _key, peer, e);
                return (peer, Done: false);
            }
        }));
        return [.. outcomes.Where(outcome => outcome.Done).Select(outcome => outcome.peer)];
    }

    /// <summary>Applies a transition, with the heat that has gathered, and makes it durable. Writes nothing if nothing changes.</summary>
    private async ValueTask ChangeAsync(Func<ContentState, ContentState> transition, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = State;
            var next = transition(before);
            if (next.Life is ContentLife.Pending or ContentLife.Committed)
                next = ContentTransitions.Warm(next, _unsaved);
            if (ReferenceEquals(next, before))
                return;
            state.State = next with { Revision = ContentTransitions.NextRevision(next.Revision, Now()) };
            try
            {
                await state.WriteStateAsync(cancellationToken);
                _unsaved = default;
                return;
            }
            catch (InconsistentStateException) when (attempt < WriteAttempts)
            {
                // Another activation, before or beside this one, wrote meanwhile: what it wrote stands, and the change is made to that.
                state.State = before;
                await state.ReadStateAsync(cancellationToken);
            }
            catch
            {
                state.State = before;
                throw;
            }
        }
    }

    private void ArmFlush()
    {
        if (_flushTimer is not null)
            return;
        // The jitter keeps a scan over many roots from writing them all in one second.
        var due = HeatWriteDelay * (0.8 + (0.4 * Random.Shared.NextDouble()));
        _flushTimer = this.RegisterGrainTimer(
            static (grain, _) => grain.FlushAsync(), this, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan));
    }

    private async Task FlushAsync()
    {
        // This cancels the token that the timer handed to its callback, so the write goes without it.
        _flushTimer?.Dispose();
        _flushTimer = null;
        try
        {
            await ChangeAsync(static current => current, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogFlushFailed(logger, _key, e);
            ArmFlush();
        }
    }

    /// <summary>Whole milliseconds, as catalogs keep them.</summary>
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Gives the memory of an unknown root back at once, rather than after minutes of idling.</summary>
    private void LeaveUnlessRegistered()
    {
        if (State.Life == ContentLife.None)
            DeactivateOnIdle();
    }

    private void CheckKey(Cid root)
    {
        if (root.IsDefault || root.ToV1() != _key)
            throw new ArgumentException($"The content grain of {_key} was asked about {root}.", nameof(root));
    }

    private static void CheckPin(PinRequest? pin)
    {
        if (pin is null)
            return;
        if (pin.Mode is not (PinMode.Recursive or PinMode.Direct))
            throw new ArgumentException($"A pin is recursive or direct, not {pin.Mode}.", nameof(pin));
        if (pin.Name?.Length > PinRequest.MaxNameLength)
            throw new ArgumentException($"A pin's name has at most {PinRequest.MaxNameLength} characters, not {pin.Name.Length}.", nameof(pin));
    }

    private ContentNotFoundException NotFound()
    {
        LeaveUnlessRegistered();
        return new ContentNotFoundException(_key);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The heat of {Root} could not be written; it stays in memory and is tried again.")]
    private static partial void LogFlushFailed(ILogger logger, Cid root, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The heat of {Root} could not be written before its grain went away; this silo keeps it and reports it again.")]
    private static partial void LogHeatKept(ILogger logger, Cid root, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {PeerId} was not told of a change to {Root}; it will learn it when it reconciles its catalog.")]
    private static partial void LogHolderNotTold(ILogger logger, Cid root, PeerId peerId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {PeerId} was told to hold {Root} and does not: {Reason}")]
    private static partial void LogCommandFailed(ILogger logger, Cid root, PeerId peerId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing is stored about {Root}, which silo {PeerId} holds as committed: registering it anew.")]
    private static partial void LogStateLost(ILogger logger, Cid root, PeerId peerId);
}
