namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>What a cluster may answer, given everything that it was asked. Pure: it sees nothing but the history.</summary>
/// <remarks>
/// <para>A content is <b>surely there</b> while a call lasts when an add of it was acknowledged before the call began, and no removal of it began before the call ended. It is <b>surely gone</b> when its removal was acknowledged, and every add of it
/// had been acknowledged before that began: one whose outcome is not known may take effect at any time. Pins likewise.</para>
/// <para>What is neither may be answered either way; bytes are right always, whatever else is the case.</para>
/// </remarks>
internal sealed class HistoryModel
{
    private readonly IReadOnlyList<Operation> _history;
    private readonly IReadOnlyList<Disruption> _disruptions;
    private readonly TimeSpan _longest;
    private readonly Dictionary<int, List<Operation>> _byContent;
    private readonly Dictionary<int, string> _roots = [];
    private readonly List<string> _faults = [];

    private HistoryModel(IReadOnlyList<Operation> history, IReadOnlyList<Disruption> disruptions, TimeSpan longest)
    {
        (_history, _disruptions, _longest) = (history, disruptions, longest);
        _byContent = history.Where(operation => operation.Content is not null).GroupBy(operation => operation.Content!.Value).ToDictionary(group => group.Key, group => group.ToList());
    }

    /// <summary>Finds everything in a history that may not be.</summary>
    /// <param name="history">All calls, with what was asked at the end.</param>
    /// <param name="disruptions">When calls may fail.</param>
    /// <param name="longest">The longest that a call may last.</param>
    /// <returns>A sentence for each fault.</returns>
    public static IReadOnlyList<string> Check(IReadOnlyList<Operation> history, IReadOnlyList<Disruption> disruptions, TimeSpan longest)
    {
        var model = new HistoryModel(history, disruptions, longest);
        model.CheckRoots();
        foreach (var operation in history)
            model.CheckOne(operation);
        model.CheckEnd();
        return model._faults;
    }

    /// <summary>A content has one root, whoever adds it and how often.</summary>
    private void CheckRoots()
    {
        foreach (var add in _history.Where(operation => operation is { Kind: OperationKind.Add, Outcome: OperationOutcome.Done }))
        {
            if (!_roots.TryAdd(add.Content!.Value, add.Root!) && _roots[add.Content.Value] != add.Root)
                Fault(add, $"it was {_roots[add.Content.Value]} before");
        }
    }

    private void CheckOne(Operation operation)
    {
        if (operation.Outcome == OperationOutcome.Hung || operation.End - operation.Start > _longest)
            Fault(operation, $"it lasted longer than {_longest}");
        if (operation.Outcome == OperationOutcome.Broken)
            Fault(operation, "this is no failure that callers are told of");
        if (operation.IsUnknown && !_disruptions.Any(disruption => disruption.Overlaps(operation)))
            Fault(operation, "it failed, and all silos were there");
        switch (operation.Kind)
        {
            case OperationKind.Read when operation.Outcome == OperationOutcome.Done:
                CheckBytes(operation);
                break;
            case OperationKind.ListRoots when operation.Outcome == OperationOutcome.Done:
                CheckRoots(operation);
                break;
            case OperationKind.ListPins when operation.Outcome == OperationOutcome.Done:
                CheckPins(operation);
                break;
            case OperationKind.Remove when operation.Outcome == OperationOutcome.Done && IsSurelyPinned(operation.Content!.Value, operation):
                Fault(operation, "it is pinned");
                break;
        }

        if (operation.Outcome == OperationOutcome.Absent)
            CheckAbsence(operation);
    }

    private void CheckBytes(Operation read)
    {
        var isRight = read.Expected is { } expected
            ? read.Observed == expected
            : _history.Any(operation => operation.Kind == OperationKind.Add && operation.Expected == read.Observed);
        if (!isRight)
            Fault(read, $"these are wrong bytes: {read.Observed}, not {read.Expected ?? "of anything that was added"}");
    }

    private void CheckAbsence(Operation operation)
    {
        // A call that the client repeats for its caller finds done what the first attempt did.
        var isRepeatable = operation.Kind is OperationKind.Remove or OperationKind.Unpin && _disruptions.Any(disruption => disruption.Overlaps(operation));
        if (operation.Content is not { } content)
            Fault(operation, "it was listed");
        else if (operation is { Kind: OperationKind.Read, IsFinal: true })
            Fault(operation, "it was to be there");
        else if (operation.Kind == OperationKind.Unpin && !isRepeatable && IsSurelyPinned(content, operation))
            Fault(operation, "it was pinned");
        else if (operation.Kind != OperationKind.Unpin && !isRepeatable && IsSurelyThere(content, operation))
            Fault(operation, "it was acknowledged");
    }

    private void CheckRoots(Operation listing)
    {
        foreach (var (content, root) in _roots)
        {
            var isListed = listing.Listed.Contains(root);
            if (!isListed && IsSurelyThere(content, listing))
                Fault(listing, $"content {content}, {root}, was acknowledged and is not listed");
            if (isListed && listing.IsFinal && IsSurelyGone(content, listing))
                Fault(listing, $"content {content}, {root}, was removed and is listed");
        }
    }

    private void CheckPins(Operation listing)
    {
        foreach (var (content, root) in _roots)
        {
            var isListed = listing.Listed.Contains(root);
            if (!isListed && IsSurelyPinned(content, listing))
                Fault(listing, $"the pin of content {content}, {root}, was acknowledged and is not listed");
            if (isListed && listing.IsFinal && IsSurelyUnpinned(content, listing))
                Fault(listing, $"the pin of content {content}, {root}, was removed and is listed");
        }
    }

    /// <summary>A history says something only if at its end everything that must be there was looked for.</summary>
    private void CheckEnd()
    {
        var end = new Operation { Kind = OperationKind.ListRoots, Start = TimeSpan.MaxValue, End = TimeSpan.MaxValue, Outcome = OperationOutcome.Done };
        if (!_history.Any(operation => operation is { Kind: OperationKind.ListRoots, IsFinal: true, Outcome: OperationOutcome.Done }))
            _faults.Add("Nobody listed the roots at the end.");
        if (!_history.Any(operation => operation is { Kind: OperationKind.ListPins, IsFinal: true, Outcome: OperationOutcome.Done }))
            _faults.Add("Nobody listed the pins at the end.");
        foreach (var (content, root) in _roots)
        {
            if (IsSurelyThere(content, end) && !_byContent[content].Any(operation => operation is { Kind: OperationKind.Read, IsFinal: true, Outcome: OperationOutcome.Done }))
                _faults.Add($"Content {content}, {root}, was acknowledged and was not read at the end.");
        }
    }

    private bool IsSurelyThere(int content, Operation when) =>
        _byContent[content].Any(operation => operation is { Kind: OperationKind.Add, Outcome: OperationOutcome.Done } && operation.End <= when.Start)
        && !_byContent[content].Any(operation => IsOtherChange(operation, when, OperationKind.Remove) && operation.Start < when.End);

    private bool IsSurelyGone(int content, Operation when) => _byContent[content].Any(removal =>
        removal is { Kind: OperationKind.Remove, Outcome: OperationOutcome.Done } && removal.End <= when.Start
        && _byContent[content].Where(operation => operation.Kind == OperationKind.Add).All(add => !add.IsUnknown && add.End <= removal.Start));

    private bool IsSurelyPinned(int content, Operation when)
    {
        var pins = _byContent[content].Where(operation => operation.Outcome == OperationOutcome.Done && operation.End <= when.Start && IsPin(operation));
        return pins.Any(pin => !_byContent[content].Any(operation =>
            (IsOtherChange(operation, when, OperationKind.Unpin) || IsOtherChange(operation, when, OperationKind.Remove)) && operation.Start < when.End && (operation.End > pin.Start || operation.IsUnknown)));
    }

    private bool IsSurelyUnpinned(int content, Operation when) => _byContent[content].Any(unpin =>
        unpin is { Kind: OperationKind.Unpin, Outcome: OperationOutcome.Done or OperationOutcome.Absent } && unpin.End <= when.Start
        && _byContent[content].Where(IsPin).All(pin => !pin.IsUnknown && pin.End <= unpin.Start));

    /// <summary>Whether it may have changed something; a call that was refused has not, and the call in question does not excuse itself.</summary>
    private static bool IsOtherChange(Operation operation, Operation when, OperationKind kind) =>
        operation.Kind == kind && !ReferenceEquals(operation, when) && operation.Outcome != OperationOutcome.Refused;

    private static bool IsPin(Operation operation) => operation.Kind == OperationKind.Pin || operation is { Kind: OperationKind.Add, IsPinned: true };

    private void Fault(Operation operation, string why) => _faults.Add($"{operation}: {why}.");
}
