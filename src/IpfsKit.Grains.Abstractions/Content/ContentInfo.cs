using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>What the cluster knows of a committed root.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ContentInfo")]
public sealed record ContentInfo
{
    /// <summary>The root in the form its first caller used.</summary>
    [Id(0)] public required Cid Root { get; init; }

    /// <inheritdoc cref="RegisterContent.SizeBytes"/>
    [Id(1)] public long SizeBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.DagBytes"/>
    [Id(2)] public long DagBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.Blocks"/>
    [Id(3)] public long Blocks { get; init; }

    /// <summary>When the root was committed.</summary>
    [Id(4)] public DateTimeOffset CommittedAt { get; init; }

    /// <summary>The pin, or null.</summary>
    [Id(5)] public PinInfo? Pin { get; init; }

    /// <summary>How often and how recently it was read.</summary>
    [Id(6)] public required HeatInfo Heat { get; init; }

    /// <summary>The silos that hold it.</summary>
    [Id(7)] public required IReadOnlyList<NodePlacement> Placements { get; init; }

    /// <inheritdoc cref="RegisterContent.WholeDag"/>
    [Id(8)] public bool WholeDag { get; init; } = true;
}

/// <summary>The heat of a root at the moment of asking.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.HeatInfo")]
public sealed record HeatInfo
{
    /// <summary>Accesses per hour, with bursts outweighing a trickle: h1 * ln 2 / 1 h + h168 * ln 2 / 168 h / 2.</summary>
    [Id(0)] public double Score { get; init; }

    /// <summary>Accesses decayed with a half-life of one hour.</summary>
    [Id(1)] public double Hour { get; init; }

    /// <summary>Accesses decayed with a half-life of seven days.</summary>
    [Id(2)] public double Week { get; init; }

    /// <summary>All accesses ever counted.</summary>
    [Id(3)] public long Accesses { get; init; }

    /// <summary>All bytes ever served.</summary>
    [Id(4)] public long BytesServed { get; init; }

    /// <summary>The last access, or null.</summary>
    [Id(5)] public DateTimeOffset? LastAccess { get; init; }
}

/// <summary>A copy of a root.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.NodePlacement")]
public sealed record NodePlacement
{
    /// <summary>The silo that holds it, by its peer id: it survives restarts and changes of address.</summary>
    [Id(0)] public required PeerId Node { get; init; }

    /// <summary>When the copy was acknowledged as durable.</summary>
    [Id(1)] public DateTimeOffset Since { get; init; }
}

/// <summary>Where a root can be read now.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ContentLocation")]
public sealed record ContentLocation
{
    /// <summary>The root.</summary>
    [Id(0)] public required Cid Root { get; init; }

    /// <inheritdoc cref="RegisterContent.SizeBytes"/>
    [Id(1)] public long SizeBytes { get; init; }

    /// <summary>The silos that hold it and are up, best first.</summary>
    [Id(2)] public required IReadOnlyList<DataEndpoint> Endpoints { get; init; }
}

/// <summary>A silo's data plane, with leave to use it.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.DataEndpoint")]
public sealed record DataEndpoint
{
    /// <summary>The silo.</summary>
    [Id(0)] public required PeerId Node { get; init; }

    /// <summary>The base address of its data plane, ending in <c>/</c>; null if the silo has none that a client could reach.</summary>
    [Id(1)] public Uri? Address { get; init; }

    /// <summary>The ticket, to be sent in the header <c>IpfsKit-Ticket</c>; opaque.</summary>
    [Id(2)] public required string Ticket { get; init; }

    /// <summary>When the ticket stops working, at most five minutes ahead.</summary>
    [Id(3)] public DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>Reads that a silo has gathered since it last reported a root.</summary>
/// <remarks>Heat adds up across silos and times: the receiver fades the two sums from <see cref="At"/> on and adds them to its own.</remarks>
[GenerateSerializer, Immutable, Alias("ipfskit.TouchBatch")]
public sealed record TouchBatch
{
    /// <summary>The reads.</summary>
    [Id(0)] public required long Count { get; init; }

    /// <summary>The bytes that they served.</summary>
    [Id(1)] public required long Bytes { get; init; }

    /// <summary>The reads, each faded with a half-life of one hour until <see cref="At"/>; equal to <see cref="Count"/> for reads of one moment.</summary>
    [Id(2)] public required double Hour { get; init; }

    /// <summary>The reads, each faded with a half-life of seven days until <see cref="At"/>.</summary>
    [Id(3)] public required double Week { get; init; }

    /// <summary>When the last of them happened.</summary>
    [Id(4)] public required DateTimeOffset At { get; init; }
}
