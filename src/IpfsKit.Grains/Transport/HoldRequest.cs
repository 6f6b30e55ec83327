using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Transport;

/// <summary>A root that a silo is to hold.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.HoldRequest")]
internal sealed record HoldRequest
{
    /// <summary>The root in the form of its first caller.</summary>
    [Id(0)] public required Cid Root { get; init; }

    /// <summary>Which life of it.</summary>
    [Id(1)] public required long Epoch { get; init; }

    /// <inheritdoc cref="RegisterContent.SizeBytes"/>
    [Id(2)] public long SizeBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.DagBytes"/>
    [Id(3)] public long DagBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.Blocks"/>
    [Id(4)] public long Blocks { get; init; }

    /// <inheritdoc cref="RegisterContent.WholeDag"/>
    [Id(5)] public bool WholeDag { get; init; } = true;

    /// <summary>The silos that hold it.</summary>
    [Id(6)] public IReadOnlyList<PeerId> Holders { get; init; } = [];
}
