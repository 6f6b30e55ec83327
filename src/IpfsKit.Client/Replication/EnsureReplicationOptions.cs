namespace IpfsKit.Client;

/// <summary>How the replication of a root is ensured.</summary>
public sealed record EnsureReplicationOptions
{
    /// <summary>How many copies the root is to have from now on.</summary>
    /// <value>1 to 64. Default: null, the cluster's factor for critical content.</value>
    public int? Copies { get; init; }

    /// <summary>Whether the call waits until there are as many.</summary>
    /// <value>Default: true. Otherwise it returns as soon as silos have been told to make those that are missing.</value>
    public bool Wait { get; init; } = true;
}
