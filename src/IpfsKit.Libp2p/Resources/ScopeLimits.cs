namespace IpfsKit.Libp2p.Resources;

/// <summary>The most that a scope may have of each resource. Each is at least 0.</summary>
internal sealed record ScopeLimits
{
    /// <summary>A scope without limits of its own.</summary>
    public static ScopeLimits None { get; } = new();

    public long Memory { get; init; } = long.MaxValue;

    public int Streams { get; init; } = int.MaxValue;

    public int StreamsInbound { get; init; } = int.MaxValue;

    public int StreamsOutbound { get; init; } = int.MaxValue;

    public int Connections { get; init; } = int.MaxValue;

    public int ConnectionsInbound { get; init; } = int.MaxValue;

    public int ConnectionsOutbound { get; init; } = int.MaxValue;

    public int Descriptors { get; init; } = int.MaxValue;

    /// <summary>The limit that a reservation ran into, for its message.</summary>
    public long Of(ResourceKind kind, ConnectionDirection direction) => kind switch
    {
        ResourceKind.Memory => Memory,
        ResourceKind.Descriptors => Descriptors,
        ResourceKind.Connections => Math.Min(Connections, direction == ConnectionDirection.Inbound ? ConnectionsInbound : ConnectionsOutbound),
        _ => Math.Min(Streams, direction == ConnectionDirection.Inbound ? StreamsInbound : StreamsOutbound),
    };
}
