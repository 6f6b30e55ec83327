namespace IpfsKit.Libp2p.Resources;

/// <summary>The limits of every kind of scope.</summary>
internal sealed record ResourceLimits
{
    public required ScopeLimits System { get; init; }

    public required ScopeLimits Transient { get; init; }

    public required ScopeLimits Service { get; init; }

    public required ScopeLimits Protocol { get; init; }

    public required ScopeLimits Peer { get; init; }

    public required ScopeLimits Connection { get; init; }

    public required ScopeLimits Stream { get; init; }
}
