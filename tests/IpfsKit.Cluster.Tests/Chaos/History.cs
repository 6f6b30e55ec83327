using System.Diagnostics;

namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>Everything that clients did, and when silos were ended. Thread-safe.</summary>
internal sealed class History
{
    private readonly Lock _lock = new();
    private readonly List<Operation> _operations = [];
    private readonly List<Disruption> _disruptions = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public TimeSpan Now => _clock.Elapsed;

    public void Add(Operation operation)
    {
        lock (_lock)
            _operations.Add(operation);
    }

    public void Add(Disruption disruption)
    {
        lock (_lock)
            _disruptions.Add(disruption);
    }

    public int Count(OperationKind kind, OperationOutcome outcome)
    {
        lock (_lock)
            return _operations.Count(operation => operation.Kind == kind && operation.Outcome == outcome);
    }

    public IReadOnlyList<Operation> Operations
    {
        get
        {
            lock (_lock)
                return [.. _operations];
        }
    }

    /// <inheritdoc cref="HistoryModel.Check"/>
    public IReadOnlyList<string> Check(TimeSpan longest)
    {
        lock (_lock)
            return HistoryModel.Check(_operations, _disruptions, longest);
    }

    /// <summary>How many calls ended how, for people.</summary>
    public string Summarize()
    {
        lock (_lock)
        {
            return string.Join("; ", _operations.GroupBy(operation => operation.Kind).OrderBy(kind => kind.Key)
                .Select(kind => $"{kind.Key} {string.Join(", ", kind.GroupBy(operation => operation.Outcome).OrderBy(outcome => outcome.Key).Select(outcome => $"{outcome.Key} {outcome.Count()}"))}, longest {kind.Max(operation => operation.End - operation.Start).TotalSeconds:0.0} s"));
        }
    }
}
