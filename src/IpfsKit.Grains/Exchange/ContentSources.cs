using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Exchange;

/// <summary>What a content grain knows of where its root can be had.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ContentSources")]
internal sealed record ContentSources
{
    /// <summary>The root in the form of its first caller.</summary>
    [Id(0)] public required Cid Root { get; init; }

    /// <inheritdoc cref="RegisterContent.SizeBytes"/>
    [Id(1)] public long SizeBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.DagBytes"/>
    [Id(2)] public long DagBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.Blocks"/>
    [Id(3)] public long Blocks { get; init; }

    /// <inheritdoc cref="RegisterContent.WholeDag"/>
    [Id(4)] public bool WholeDag { get; init; }

    /// <summary>The silos that hold it, whether they are up or not.</summary>
    [Id(5)] public IReadOnlyList<PeerId> Holders { get; init; } = [];

    /// <summary>Peers outside of the cluster that have delivered it, the latest first.</summary>
    [Id(6)] public IReadOnlyList<ProviderHint> Providers { get; init; } = [];

    /// <summary>Which life of the root it is.</summary>
    [Id(7)] public long Epoch { get; init; }
}

/// <summary>A peer that has delivered content.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.ProviderHint")]
internal sealed record ProviderHint
{
    /// <summary>Who.</summary>
    [Id(0)] public required PeerId Peer { get; init; }

    /// <summary>Where it was.</summary>
    [Id(1)] public IReadOnlyList<Multiaddr> Addresses { get; init; } = [];
}
