using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>What a client wants to upload.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.UploadRequest")]
public sealed record UploadRequest
{
    /// <summary>The most bytes that the ticket allows.</summary>
    [Id(0)] public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>The size, where it is known; room for it is checked now rather than at the end.</summary>
    [Id(1)] public long? ExpectedBytes { get; init; }
}

/// <summary>Content that is to be read through a node, whoever has it.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.RemoteReadRequest")]
public sealed record RemoteReadRequest
{
    /// <summary>The root, or any CID.</summary>
    [Id(0)] public required Cid Root { get; init; }

    /// <summary>Whether it is a registered root, whose content grain knows who has it.</summary>
    [Id(1)] public bool IsRegistered { get; init; }

    /// <summary>Whether the silos of the cluster are known not to have it, so that only peers outside of it are worth asking.</summary>
    [Id(2)] public bool SkipCluster { get; init; }
}

/// <summary>A root in a listing.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.RootInfo")]
public sealed record RootInfo
{
    /// <summary>The root, in the form its first caller used.</summary>
    [Id(0)] public required Cid Root { get; init; }

    /// <inheritdoc cref="RegisterContent.SizeBytes"/>
    [Id(1)] public long SizeBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.DagBytes"/>
    [Id(2)] public long DagBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.Blocks"/>
    [Id(3)] public long Blocks { get; init; }

    /// <summary>When it was committed.</summary>
    [Id(4)] public DateTimeOffset CommittedAt { get; init; }

    /// <summary>Its pin's mode, or null.</summary>
    [Id(5)] public PinMode? Pin { get; init; }
}

/// <summary>Which blocks to stream; the fields mean what the query of the data plane means.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.BlockStreamRequest")]
public sealed record BlockStreamRequest
{
    /// <summary>The root.</summary>
    [Id(0)] public required Cid Root { get; init; }

    /// <summary>The path below it, without a leading slash; empty for the root itself.</summary>
    [Id(1)] public string Path { get; init; } = "";

    /// <summary><c>block</c>, <c>entity</c> or <c>all</c>.</summary>
    [Id(2)] public string DagScope { get; init; } = "entity";

    /// <summary><c>from:to</c> of a file, or null for all of it.</summary>
    [Id(3)] public string? EntityBytes { get; init; }

    /// <summary>A ticket, as for the data plane.</summary>
    [Id(4)] public required string Ticket { get; init; }

    /// <summary>Whether a block that the walk comes to again is sent again.</summary>
    [Id(5)] public bool Duplicates { get; init; } = true;

    /// <summary>The order, if it is not that of links: <see cref="DataPlaneProtocol.ListWalk"/> or <see cref="DataPlaneProtocol.ExportWalk"/>; replaces scope and range.</summary>
    [Id(6)] public string? Walk { get; init; }

    /// <summary>Whether this goes on with a read that was counted already.</summary>
    [Id(7)] public bool Continues { get; init; }
}

/// <summary>A block on its way through Orleans; at most 2 MiB.</summary>
/// <param name="Cid">The block's CID.</param>
/// <param name="Data">Its bytes; never changed by either side.</param>
[GenerateSerializer, Immutable, Alias("ipfskit.BlockMessage")]
public sealed record BlockMessage([property: Id(0)] Cid Cid, [property: Id(1)] byte[] Data);
