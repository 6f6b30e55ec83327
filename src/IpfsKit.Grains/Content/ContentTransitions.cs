using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Heat;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

/// <summary>How <see cref="ContentState"/> changes: pure functions, each answers the same state when there is nothing to do.</summary>
/// <remarks>
/// <code>
///            register (w = 1)
///   None ───────────────────────▶ Committed ──remove──▶ Removing ──last copy dropped──▶ None
///     └─register (w > 1)─▶ Pending ─acknowledge─▲ ▲                    │
///                                               └────── register ──────┘
/// </code>
/// </remarks>
internal static class ContentTransitions
{
    /// <summary>The most silos that are told at once to hold a root.</summary>
    public const int MaxOperations = 16;

    /// <summary>A root is stored on a silo. A root that is committed keeps its form, its epoch and what it had; a copy, wholeness and a pin may be added.</summary>
    /// <param name="state">The state.</param>
    /// <param name="request">What was stored.</param>
    /// <param name="now">The time.</param>
    /// <param name="min">The copies that a root is to have whose state says nothing.</param>
    public static ContentState Register(ContentState state, RegisterContent request, DateTimeOffset now, int min)
    {
        var reborn = state.Life is ContentLife.None or ContentLife.Removing;
        var next = reborn
            ? new ContentState
            {
                Life = ContentLife.Pending,
                Root = request.Root.ToString(),
                Epoch = NextRevision(Math.Max(state.Revision, request.Revision), now),
                Revision = state.Revision,
                SizeBytes = request.SizeBytes,
                DagBytes = request.DagBytes,
                Blocks = request.Blocks,
                WholeDag = request.WholeDag,
            }
            : state;
        if (next.Life == ContentLife.Pending)
            next = next with { Required = request.WriteConcern };
        if (request.WholeDag && !next.WholeDag)
            next = next with { WholeDag = true, SizeBytes = request.SizeBytes, DagBytes = request.DagBytes, Blocks = request.Blocks };
        return Overtake(Acknowledge(Want(request.Pin is null ? next : Pin(next, request.Pin, now), request.Wanted, reborn, min), request.Placement, now), request.Revision);
    }

    /// <summary>A silo has recorded a revision that this state has not reached, because state was lost or clocks differ: the next write goes beyond it, or the silo would ignore all that follows.</summary>
    public static ContentState Overtake(ContentState state, long recorded) => state.Revision < recorded ? state with { Revision = recorded } : state;

    /// <summary>The revision of the next write: larger than the last one and, because a state that is cleared forgets its own, than those of earlier lives.</summary>
    public static long NextRevision(long last, DateTimeOffset now) => Math.Max(last + 1, now.ToUnixTimeMilliseconds());

    /// <summary>A root that is stored again is to have no fewer copies than it was to have.</summary>
    private static ContentState Want(ContentState state, int copies, bool isNew, int min)
    {
        if (copies == 0 || (!isNew && copies <= (state.Wanted ?? min)))
            return state;
        return Wanting(state, copies == min ? null : copies);
    }

    /// <summary>Sets the copies that the root is to have; null for as many as the settings say.</summary>
    public static ContentState Wanting(ContentState state, int? copies) => state.Wanted == copies ? state : state with { Wanted = copies };

    /// <summary>A silo holds the root, and need not be told to any more; the last acknowledgement needed commits it.</summary>
    public static ContentState Acknowledge(ContentState state, NodePlacement placement, DateTimeOffset now)
    {
        var node = placement.Node.ToString();
        var next = state.Placements.Any(known => known.Node == node)
            ? state
            : state with { Placements = [.. state.Placements, new PlacementState(node, placement.Since)] };
        next = WithoutOperations(next, operation => operation.Node == node);
        return next.Life == ContentLife.Pending && next.Placements.Count >= next.Required
            ? next with { Life = ContentLife.Committed, CommittedAt = now }
            : next;
    }

    /// <summary>Sets a pin; a pin that is already so keeps its time.</summary>
    public static ContentState Pin(ContentState state, PinRequest request, DateTimeOffset now) =>
        state.Pin is { } pin && pin.Mode == request.Mode && pin.Name == request.Name
            ? state
            : state with { Pin = new PinState(request.Mode, request.Name, now) };

    /// <summary>Removes the pin.</summary>
    public static ContentState Unpin(ContentState state) => state.Pin is null ? state : state with { Pin = null };

    /// <summary>Hides the root; what remains is the list of copies to be dropped.</summary>
    public static ContentState Hide(ContentState state) =>
        state.Life == ContentLife.Removing ? state : state with { Life = ContentLife.Removing, Pin = null, Heat = null, Providers = null, Operations = null };

    /// <summary>A silo has dropped its copy of a root that is being removed, or has lost its copy of one that is not.</summary>
    public static ContentState Dropped(ContentState state, PeerId node)
    {
        var name = node.ToString();
        return state.Placements.Any(known => known.Node == name)
            ? state with { Placements = [.. state.Placements.Where(known => known.Node != name)] }
            : state;
    }

    /// <summary>Peers have delivered a root. To the hour, so that a root that is read all the time is not written all the time.</summary>
    public static ContentState Learn(ContentState state, IReadOnlyList<ProviderHint> hints, DateTimeOffset now)
    {
        if (state.Life != ContentLife.Committed || hints.Count == 0)
            return state;
        var hour = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() / 3600 * 3600);
        var known = state.Providers ?? [];
        ProviderEntry[] heard = [.. hints.Select(hint => new ProviderEntry(hint.Peer.ToString(), [.. hint.Addresses.Take(ProviderHints.MaxAddresses).Select(address => address.ToString())], hour))];
        if (heard.All(entry => known.Any(other => other.Peer == entry.Peer && other.At == entry.At && (entry.Addresses.Count == 0 || other.Addresses.SequenceEqual(entry.Addresses)))))
            return state;
        return state with { Providers = [.. heard.Concat(known.Where(other => heard.All(entry => entry.Peer != other.Peer))).Take(ProviderHints.MaxProviders)] };
    }

    /// <summary>Silos are told to hold the root. One that has been told already is told again under the same name.</summary>
    public static ContentState Command(ContentState state, IReadOnlyList<PeerId> silos, DateTimeOffset now)
    {
        var operations = state.Operations ?? [];
        var added = silos.Select(node => node.ToString()).Where(name => operations.All(operation => operation.Node != name)).Take(MaxOperations - operations.Count)
            .Select(name => new OperationEntry(Guid.NewGuid(), name, now)).ToList();
        return added.Count == 0 ? state : state with { Operations = [.. operations, .. added] };
    }

    /// <summary>A silo has reported.</summary>
    public static ContentState Reported(ContentState state, Guid id) => WithoutOperations(state, operation => operation.Id == id);

    /// <summary>Forgets commands.</summary>
    public static ContentState WithoutOperations(ContentState state, Func<OperationEntry, bool> isForgotten)
    {
        if (state.Operations is not { } operations || !operations.Any(isForgotten))
            return state;
        OperationEntry[] left = [.. operations.Where(operation => !isForgotten(operation))];
        return state with { Operations = left.Length == 0 ? null : left };
    }

    /// <summary>Adds heat that was gathered in memory.</summary>
    public static ContentState Warm(ContentState state, RootHeat heat) =>
        heat.Accesses == 0 && heat.Heat.IsZero ? state : state with { Heat = ToState(HeatOf(state) + heat) };

    /// <summary>The heat of a state.</summary>
    public static RootHeat HeatOf(ContentState state) => state.Heat is { } heat
        ? new RootHeat(new DecayingHeat(heat.Hour, heat.Week, heat.At), heat.Accesses, heat.Bytes)
        : default;

    private static HeatState ToState(in RootHeat heat) => new(heat.Heat.Hour, heat.Heat.Week, heat.Heat.At, heat.Accesses, heat.Bytes);
}
