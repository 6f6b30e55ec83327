namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>Each thing that a cluster may not do is found, and nothing that it may.</summary>
public sealed class HistoryModelTests
{
    private const string Hash = "right";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(50);

    [Fact]
    public void Check_EverythingAsItShouldBe_FindsNothing() =>
        Assert.Empty(Check([Add(1, 0, 1), Read(1, 2, 3), .. End(1, [1], [])]));

    [Fact]
    public void Check_NothingWasLookedForAtTheEnd_SaysSo() =>
        Assert.Equal(3, Check([Add(1, 0, 1)]).Count);

    [Fact]
    public void Check_AcknowledgedRootNotFound_IsAFault() =>
        AssertFault("it was acknowledged", [Add(1, 0, 1), Read(1, 2, 3) with { Outcome = OperationOutcome.Absent, Observed = null }, .. End(1, [1], [])]);

    [Theory]
    [InlineData(OperationKind.Stat)]
    [InlineData(OperationKind.Pin)]
    [InlineData(OperationKind.Remove)]
    public void Check_AcknowledgedRootUnknownToAnyCall_IsAFault(OperationKind kind) =>
        AssertFault("it was acknowledged", [Add(1, 0, 1), Call(kind, 1, 2, 3, OperationOutcome.Absent), .. End(1, kind == OperationKind.Remove ? [] : [1], [])]);

    [Fact]
    public void Check_AcknowledgedRootNotFoundWhileASiloIsDown_IsAFaultAllTheSame() =>
        AssertFault("it was acknowledged", [Add(1, 0, 1), Call(OperationKind.Stat, 1, 2, 3, OperationOutcome.Absent), .. End(1, [1], [])], new Disruption(Seconds(2), Seconds(4)));

    [Fact]
    public void Check_RootNotFoundWhileItIsAddedOrRemoved_MayBe() => Assert.Empty(Check(
        [Call(OperationKind.Stat, 1, 0, 2, OperationOutcome.Absent), Add(1, 1, 3), Call(OperationKind.Remove, 1, 4, 6), Call(OperationKind.Stat, 1, 5, 7, OperationOutcome.Absent), .. End(1, [], [])]));

    [Fact]
    public void Check_WrongBytes_AreAFaultEvenOfWhatWasNotAcknowledged() => AssertFault(
        "wrong bytes", [Add(1, 0, 1) with { Outcome = OperationOutcome.Failed }, Read(1, 2, 3) with { Observed = "wrong" }, .. End(1, [], [])], new Disruption(Seconds(0), Seconds(1)));

    [Fact]
    public void Check_BytesOfARootThatNobodyKnows_AreThoseOfSomeAdd()
    {
        Operation[] history = [Add(1, 0, 1) with { Outcome = OperationOutcome.Failed, Root = null }, Read(1, 2, 3) with { Content = null, Expected = null }, .. End(1, [], [])];
        Assert.Empty(Check(history, new Disruption(Seconds(0), Seconds(1))));
        history[1] = history[1] with { Observed = "of nobody" };
        AssertFault("wrong bytes", history, new Disruption(Seconds(0), Seconds(1)));
    }

    [Fact]
    public void Check_CallThatNeverEnds_IsAFault()
    {
        AssertFault("lasted longer", [Add(1, 0, 1), Read(1, 2, 60), .. End(1, [1], [])]);
        AssertFault("lasted longer", [Add(1, 0, 1), Call(OperationKind.Stat, 1, 2, 3, OperationOutcome.Hung), .. End(1, [1], [])], new Disruption(Seconds(2), Seconds(4)));
    }

    [Fact]
    public void Check_UntypedException_IsAFault() =>
        AssertFault("no failure that callers are told of", [Add(1, 0, 1), Call(OperationKind.Stat, 1, 2, 3, OperationOutcome.Broken), .. End(1, [1], [])], new Disruption(Seconds(2), Seconds(4)));

    [Theory]
    [InlineData(OperationOutcome.Failed)]
    [InlineData(OperationOutcome.TimedOut)]
    public void Check_FailureOutsideOfDisruptions_IsAFault(OperationOutcome outcome)
    {
        Operation[] history = [Add(1, 0, 1), Call(OperationKind.Stat, 1, 2, 3, outcome), .. End(1, [1], [])];
        AssertFault("all silos were there", history, new Disruption(Seconds(4), Seconds(5)));
        Assert.Empty(Check(history, new Disruption(Seconds(2.5), Seconds(5))));
    }

    [Fact]
    public void Check_ReadThatFailedWhileASiloWasStoppedInOrder_IsAFault()
    {
        var stop = new Disruption(Seconds(2), Seconds(5), SparesReads: true);
        AssertFault("all silos were there", [Add(1, 0, 1), Call(OperationKind.Read, 1, 2, 3, OperationOutcome.Failed), .. End(1, [1], [])], stop);
        Assert.Empty(Check([Add(1, 0, 1), Call(OperationKind.Pin, 1, 2, 3, OperationOutcome.Failed), .. End(1, [1], [])], stop));
    }

    [Fact]
    public void Check_AcknowledgedRootNotListed_IsAFault() =>
        AssertFault("is not listed", [Add(1, 0, 1), Call(OperationKind.ListRoots, null, 2, 3), .. End(1, [1], [])]);

    [Fact]
    public void Check_AcknowledgedRemovalUndone_IsAFaultAtTheEnd()
    {
        Operation[] history = [Add(1, 0, 1), Call(OperationKind.Remove, 1, 2, 3), Call(OperationKind.ListRoots, null, 4, 5) with { Listed = Roots(1) }, .. End(1, [], [])];
        Assert.Empty(Check(history));
        AssertFault("was removed and is listed", [Add(1, 0, 1), Call(OperationKind.Remove, 1, 2, 3), .. End(1, [1], [])]);
    }

    [Fact]
    public void Check_RemovedRootOfWhichAnAddIsStillUnderWay_MayBeThere() => Assert.Empty(Check(
        [Add(1, 0, 1) with { Outcome = OperationOutcome.TimedOut, Root = null }, Add(1, 1, 2), Call(OperationKind.Remove, 1, 3, 4), .. End(1, [1], [])], new Disruption(Seconds(0), Seconds(1))));

    [Fact]
    public void Check_RemovalThatFailed_MayHaveHappenedOrNot()
    {
        Operation[] history = [Add(1, 0, 1), Call(OperationKind.Remove, 1, 2, 3, OperationOutcome.Failed)];
        Assert.Empty(Check([.. history, .. End(1, [1], [])], new Disruption(Seconds(2), Seconds(3))));
        Assert.Empty(Check([.. history, .. End(1, [], [])], new Disruption(Seconds(2), Seconds(3))));
    }

    [Fact]
    public void Check_RemovalThatWasRefused_ChangesNothing() =>
        AssertFault("is not listed", [Add(1, 0, 1), Call(OperationKind.Remove, 1, 2, 3, OperationOutcome.Refused), .. End(1, [], [])]);

    [Fact]
    public void Check_AcknowledgedPinLost_IsAFault()
    {
        AssertFault("the pin of content 1", [Add(1, 0, 1), Call(OperationKind.Pin, 1, 2, 3), .. End(1, [1], [])]);
        AssertFault("the pin of content 1", [Add(1, 0, 1) with { IsPinned = true }, .. End(1, [1], [])]);
        AssertFault("it was pinned", [Add(1, 0, 1), Call(OperationKind.Pin, 1, 2, 3), Call(OperationKind.Unpin, 1, 4, 5, OperationOutcome.Absent), .. End(1, [1], [])]);
        AssertFault("it is pinned", [Add(1, 0, 1), Call(OperationKind.Pin, 1, 2, 3), Call(OperationKind.Remove, 1, 4, 5), .. End(1, [], [])]);
        Assert.Empty(Check([Add(1, 0, 1), Call(OperationKind.Pin, 1, 2, 3), .. End(1, [1], [1])]));
    }

    [Fact]
    public void Check_PinSetAgainAfterItsEnd_IsThere() =>
        AssertFault("the pin of content 1", [Add(1, 0, 1), Call(OperationKind.Pin, 1, 2, 3), Call(OperationKind.Unpin, 1, 4, 5), Call(OperationKind.Pin, 1, 6, 7), .. End(1, [1], [])]);

    [Fact]
    public void Check_PinThatWasTakenOff_IsAFaultAtTheEnd() =>
        AssertFault("was removed and is listed", [Add(1, 0, 1), Call(OperationKind.Pin, 1, 2, 3), Call(OperationKind.Unpin, 1, 4, 5), .. End(1, [1], [1])]);

    [Fact]
    public void Check_ContentWithTwoRoots_IsAFault() =>
        AssertFault("it was root-1 before", [Add(1, 0, 1), Add(1, 2, 3) with { Root = "another" }, .. End(1, [1], [])]);

    private static Operation Add(int content, double start, double end) => Call(OperationKind.Add, content, start, end) with { Expected = Hash };

    private static Operation Read(int content, double start, double end) => Call(OperationKind.Read, content, start, end) with { Expected = Hash, Observed = Hash };

    private static Operation Call(OperationKind kind, int? content, double start, double end, OperationOutcome outcome = OperationOutcome.Done) =>
        new() { Kind = kind, Content = content, Root = content is null ? null : $"root-{content}", Start = Seconds(start), End = Seconds(end), Outcome = outcome };

    /// <summary>What is asked at the end.</summary>
    private static IEnumerable<Operation> End(int read, int[] roots, int[] pins) =>
    [
        Read(read, 100, 101) with { IsFinal = true },
        Call(OperationKind.ListRoots, null, 101, 102) with { IsFinal = true, Listed = Roots(roots) },
        Call(OperationKind.ListPins, null, 102, 103) with { IsFinal = true, Listed = Roots(pins) },
    ];

    private static HashSet<string> Roots(params int[] contents) => [.. contents.Select(content => $"root-{content}")];

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static IReadOnlyList<string> Check(IReadOnlyList<Operation> history, params Disruption[] disruptions) => HistoryModel.Check(history, disruptions, Longest);

    private static void AssertFault(string what, IReadOnlyList<Operation> history, params Disruption[] disruptions) =>
        Assert.Contains(Check(history, disruptions), fault => fault.Contains(what, StringComparison.Ordinal));
}
