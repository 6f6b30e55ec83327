using IpfsKit.Grains.Replication;
using IpfsKit.Grains.Transport;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

// Who holds copies, and who is told to.
internal sealed partial class ContentGrain
{
    /// <summary>How long a silo that failed to hold the root is not told again.</summary>
    private static readonly TimeSpan AvoidTime = TimeSpan.FromMinutes(1);

    /// <summary>After how long a silo that was told and has not reported is told again, under the same name.</summary>
    private static readonly TimeSpan TellAgainAfter = TimeSpan.FromSeconds(30);

    private readonly Dictionary<PeerId, DateTimeOffset> _failed = [];
    private readonly Dictionary<Guid, DateTimeOffset> _told = [];

    /// <inheritdoc/>
    public async ValueTask<ContentRegistration> ReplicateAsync(PeerId asking, int copies, CancellationToken cancellationToken)
    {
        if (State.Life is not (ContentLife.Pending or ContentLife.Committed))
            throw NotFound();
        var now = Now();
        await ChangeAsync(current => Command(current, copies, now, asking), cancellationToken);
        await TellTargetsAsync(now);
        return Registration(asking);
    }

    /// <inheritdoc/>
    public async ValueTask<SweepAdvice> SweepAsync(PeerId node, CancellationToken cancellationToken)
    {
        var name = node.ToString();
        if (!IsCommitted || State.Placements.All(placement => placement.Node != name))
        {
            // The reconciler settles that.
            LeaveUnlessRegistered();
            return new SweepAdvice { Revision = State.Revision };
        }

        var now = Now();
        var decision = ReplicationPolicy.Decide(Describe(State, now), node);
        await ChangeAsync(
            current =>
            {
                var next = ContentTransitions.Command(WithoutStale(current), decision.Start, now);
                return decision.Release is { } released ? ContentTransitions.Dropped(next, released) : next;
            },
            cancellationToken);
        await TellTargetsAsync(now);
        var situation = Describe(State, now);
        return new SweepAdvice
        {
            IsReleased = decision.Release == node,
            Revision = State.Revision,
            Others = [.. situation.Standing.Where(other => other != node)],
            Health = ReplicationPolicy.HealthOf(situation.Standing.Count, situation.Wanted, situation.Most),
            Started = decision.Start.Count,
        };
    }

    /// <inheritdoc/>
    public async ValueTask LostAsync(PeerId node, CancellationToken cancellationToken)
    {
        if (!IsCommitted)
        {
            LeaveUnlessRegistered();
            return;
        }

        LogCopyLost(logger, _key, node);
        var now = Now();
        await ChangeAsync(current => Command(ContentTransitions.Dropped(current, node), 0, now), cancellationToken);
        await TellTargetsAsync(now);
    }

    /// <inheritdoc/>
    public async ValueTask ReportAsync(Guid operationId, TransportOutcome outcome, CancellationToken cancellationToken)
    {
        if (State.Operations?.Any(operation => operation.Id == operationId) is not true)
        {
            LeaveUnlessRegistered();
            return;
        }

        var now = Now();
        _told.Remove(operationId);
        if (outcome.Failure is { } failure)
        {
            LogCommandFailed(logger, _key, outcome.Node, failure);
            _failed[outcome.Node] = now + AvoidTime;
        }

        // A silo that holds the root has registered its copy itself. In the place of one that could not, another may.
        await ChangeAsync(current => Command(ContentTransitions.Reported(current, operationId), 0, now), cancellationToken);
        await TellTargetsAsync(now);
    }

    /// <summary>Adds commands to silos until enough hold the root.</summary>
    /// <param name="current">The state.</param>
    /// <param name="copies">How many at least; what a pending root needs to be committed, and a committed one wants, comes in any case.</param>
    /// <param name="now">The time.</param>
    /// <param name="caller">A silo that is up, whatever the membership says.</param>
    private ContentState Command(ContentState current, int copies, DateTimeOffset now, PeerId? caller = null)
    {
        if (current.Life is not (ContentLife.Pending or ContentLife.Committed))
            return current;
        copies = Math.Max(copies, current.Life == ContentLife.Pending ? current.Required : map.Factors.Wanted(current.Wanted ?? 0));
        current = WithoutStale(current);
        // By far the most roots are here: nobody has to be found.
        if (CountStanding(current, caller) + (current.Operations?.Count ?? 0) >= copies)
            return current;
        return ContentTransitions.Command(current, ReplicationPolicy.Missing(Describe(current, now), copies), now);
    }

    /// <summary>Without commands to silos that are gone.</summary>
    private ContentState WithoutStale(ContentState current) =>
        ContentTransitions.WithoutOperations(current, operation => !nodes.TryGet(PeerId.Parse(operation.Node), out _));

    /// <summary>Gives the commands that the state has: once, and again when nothing is heard of them.</summary>
    private async ValueTask TellTargetsAsync(DateTimeOffset now)
    {
        foreach (var operation in State.Operations ?? [])
        {
            var node = PeerId.Parse(operation.Node);
            if ((_told.TryGetValue(operation.Id, out var told) && now - told < TellAgainAfter) || transport.Find(node) is not { } service)
                continue;
            try
            {
                await service.BeginHoldAsync(operation.Id, ToRequest()).WaitAsync(TellTimeout);
                _told[operation.Id] = now;
            }
            catch (Exception e)
            {
                // It is recorded, and told again.
                LogHolderNotTold(logger, _key, node, e);
            }
        }
    }

    private HoldRequest ToRequest() => new()
    {
        Root = Cid.Parse(State.Root),
        Epoch = State.Epoch,
        SizeBytes = State.SizeBytes,
        DagBytes = State.DagBytes,
        Blocks = State.Blocks,
        WholeDag = State.WholeDag,
        Holders = [.. State.Placements.Select(placement => PeerId.Parse(placement.Node))],
    };

    private ReplicaSituation Describe(ContentState current, DateTimeOffset now)
    {
        foreach (var (node, until) in _failed)
        {
            if (until <= now)
                _failed.Remove(node);
        }

        return map.Describe(_key, current, ContentTransitions.HeatOf(current) + _unsaved, now, _failed.Keys.ToHashSet());
    }

    private ContentRegistration Registration(PeerId? caller = null) =>
        State.ToRegistration() with { Standing = CountStanding(State, caller), UnderWay = State.Operations?.Count ?? 0 };

    private int CountStanding(ContentState current, PeerId? caller)
    {
        var standing = 0;
        foreach (var placement in current.Placements)
        {
            var node = PeerId.Parse(placement.Node);
            standing += node == caller || (nodes.TryGet(node, out _) && !map.IsLeaving(node)) ? 1 : 0;
        }

        return standing;
    }
}
