using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Tickets;

/// <summary>What the cluster allows the bearer to do on one silo for a few minutes.</summary>
internal sealed record Ticket
{
    /// <summary>The silo that accepts it.</summary>
    public required PeerId Silo { get; init; }

    /// <summary>What it allows.</summary>
    public required TicketOperation Operation { get; init; }

    /// <summary>The root as CIDv1 for a read; default for an upload.</summary>
    public Cid Root { get; init; }

    /// <summary>How far below the root.</summary>
    public TicketScope Scope { get; init; } = TicketScope.Dag;

    /// <summary>The name of an upload, empty for a read.</summary>
    public Guid Upload { get; init; }

    /// <summary>The most bytes that may be sent under it.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>When it stops working.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
