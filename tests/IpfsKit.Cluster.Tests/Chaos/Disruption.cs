namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>A time in which calls may fail: from before a silo was ended until the cluster was whole again.</summary>
/// <param name="Start">Its begin.</param>
/// <param name="End">Its end.</param>
/// <param name="SparesReads">Whether reads may not fail all the same: the silo was stopped in order.</param>
public readonly record struct Disruption(TimeSpan Start, TimeSpan End, bool SparesReads = false)
{
    /// <summary>Whether a call may have failed because of it.</summary>
    public bool Overlaps(Operation operation) => operation.Start < End && Start < operation.End && !(SparesReads && operation.Kind == OperationKind.Read);
}
