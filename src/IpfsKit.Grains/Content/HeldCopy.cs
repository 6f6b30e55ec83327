namespace IpfsKit.Grains.Content;

/// <summary>A copy of a root that is registered already.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.HeldCopy")]
internal sealed record HeldCopy
{
    /// <summary>The silo that holds it durably, and does not drop it while the call lasts.</summary>
    [Id(0)] public required NodePlacement Placement { get; init; }

    /// <summary>The life of the root that was copied.</summary>
    [Id(1)] public required long Epoch { get; init; }

    /// <inheritdoc cref="RegisterContent.Revision"/>
    [Id(2)] public long Revision { get; init; }
}
