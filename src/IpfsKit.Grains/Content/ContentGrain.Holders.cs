using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Nodes;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

// What silos say of their copies, and what they are told.
internal sealed partial class ContentGrain
{
    /// <summary>A silo that does not answer for so long learns it when it reconciles.</summary>
    private static readonly TimeSpan TellTimeout = TimeSpan.FromSeconds(5);

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
        await ChangeAsync(
            current => Command(ContentTransitions.Register(current, request, now, map.Factors.Min), request.WriteConcern, now, request.Placement.Node), cancellationToken);
        await TellTargetsAsync(now);
        // An import of millions would leave an activation of each in memory, for minutes; most of its cost was the garbage collector's. Whoever asks for the root wakes it with one read.
        if (isNew && State.Operations is null)
            DeactivateOnIdle();
        return Registration(request.Placement.Node);
    }

    /// <inheritdoc/>
    public async ValueTask<ContentRegistration> AcknowledgeAsync(HeldCopy copy, CancellationToken cancellationToken)
    {
        if (State.Life is not (ContentLife.Pending or ContentLife.Committed) || State.Epoch != copy.Epoch)
            throw NotFound();
        var now = Now();
        var wasCommitted = IsCommitted;
        await ChangeAsync(
            current => Command(ContentTransitions.Overtake(ContentTransitions.Acknowledge(current, copy.Placement, now), copy.Revision), 0, now, copy.Placement.Node), cancellationToken);
        await TellTargetsAsync(now);
        // Those who hold it learn that it is committed; who waits for that asks now and then, so that nothing hangs on this.
        if (IsCommitted && !wasCommitted)
            TellHoldersAsync(CancellationToken.None).Ignore();
        return Registration(copy.Placement.Node);
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
    public ValueTask<CopyStanding> ReconcileAsync(PeerId node, CancellationToken cancellationToken)
    {
        LeaveUnlessRegistered();
        var name = node.ToString();
        return new(new CopyStanding
        {
            Registration = Registration(node),
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
                await ChangeAsync(current => ContentTransitions.Register(current, copy, now, map.Factors.Min), cancellationToken);
                break;
            default:
                LeaveUnlessRegistered();
                break;
        }

        return Registration(copy.Placement.Node);
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

    private async ValueTask DropCopiesAsync(CancellationToken cancellationToken)
    {
        var revision = State.Revision;
        var dropped = await TellAsync(node => node.DropRootAsync(_key, revision, cancellationToken));
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

    /// <summary>Tells the holders how the root is: committed, and its pin.</summary>
    private Task<IReadOnlyList<PeerId>> TellHoldersAsync(CancellationToken cancellationToken)
    {
        var registration = State.ToRegistration();
        return TellAsync(node => node.SetPinAsync(_key, registration, cancellationToken));
    }

    /// <summary>Tells every silo that holds the root and is up; the others learn it when they reconcile.</summary>
    /// <returns>Those that have done it.</returns>
    private async Task<IReadOnlyList<PeerId>> TellAsync(Func<INodeControlGrain, ValueTask> command)
    {
        var holders = State.Placements.Select(placement => PeerId.Parse(placement.Node)).Where(peer => nodes.TryGet(peer, out _));
        var outcomes = await Task.WhenAll(holders.Select(async peer =>
        {
            try
            {
                await command(GrainFactory.GetGrain<INodeControlGrain>(peer.ToString())).AsTask().WaitAsync(TellTimeout);
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
}
