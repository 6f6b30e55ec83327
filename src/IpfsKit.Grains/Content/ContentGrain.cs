using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Placement;
using IpfsKit.Grains.Replication;
using IpfsKit.Grains.Tickets;
using IpfsKit.Grains.Transport;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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
    ReplicaMap map,
    ILogger<ContentGrain> logger) : Grain, IContentGrain, IContentHolderGrain
{
    private Cid _key;

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
    public async ValueTask<ContentRegistration> PinAsync(PinRequest request, CancellationToken cancellationToken)
    {
        CheckPin(request);
        if (!IsCommitted)
            throw NotFound();
        if (request.Mode == PinMode.Recursive && !State.WholeDag)
            throw new ContentUnavailableException(_key, "only the root's block is held; adopt the whole DAG before pinning it recursively.");
        var now = Now();
        var required = map.Factors.Concern(default, map.Factors.Wanted(State.Wanted ?? 0));
        await ChangeAsync(current => Command(ContentTransitions.Pin(current, request, now), required, now), cancellationToken);
        await TellTargetsAsync(now);
        var recorded = await TellHoldersAsync(cancellationToken);
        return Registration() with { Standing = recorded.Count, Required = required };
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
        await TellHoldersAsync(cancellationToken);
        return wasPinned;
    }

    /// <inheritdoc/>
    public ValueTask<ReplicationStatus?> GetReplicationAsync(CancellationToken cancellationToken)
    {
        if (IsCommitted)
            return new(map.ToStatus(State, Describe(State, Now())));
        LeaveUnlessRegistered();
        return new((ReplicationStatus?)null);
    }

    /// <inheritdoc/>
    public async ValueTask<ReplicationStatus> EnsureReplicationAsync(EnsureReplicationRequest request, CancellationToken cancellationToken)
    {
        var copies = request.Copies ?? map.Factors.Critical;
        if (copies is < 1 or > EnsureReplicationRequest.MaxCopies)
            throw new ArgumentOutOfRangeException(nameof(request), copies, $"A root can have 1 to {EnsureReplicationRequest.MaxCopies} copies.");
        if (!IsCommitted)
            throw NotFound();
        var now = Now();
        await ChangeAsync(current => Command(ContentTransitions.Wanting(current, copies == map.Factors.Min ? null : copies), copies, now), cancellationToken);
        await TellTargetsAsync(now);
        return map.ToStatus(State, Describe(State, now));
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
}
