namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>A time in which calls may fail: from before a silo was ended until the cluster was whole again.</summary>
public readonly record struct Disruption(TimeSpan Start, TimeSpan End)
{
    /// <summary>Whether a call had to do with it.</summary>
    public bool Overlaps(Operation operation) => operation.Start < End && Start < operation.End;
}
