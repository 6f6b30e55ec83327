namespace IpfsKit.Cluster.Tests.Chaos;

/// <summary>What a client called.</summary>
public enum OperationKind
{
    Add,
    Read,
    Stat,
    Pin,
    Unpin,
    Remove,
    ListRoots,
    ListPins,
}
