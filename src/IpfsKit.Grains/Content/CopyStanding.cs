namespace IpfsKit.Grains.Content;

/// <summary>What a content grain says of a silo's copy of its root.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.CopyStanding")]
internal sealed record CopyStanding
{
    /// <summary>What the catalog should say; <see cref="ContentStatus.None"/> if the root is unknown or is being removed.</summary>
    [Id(0)] public required ContentRegistration Registration { get; init; }

    /// <summary>Whether anything is stored about the root, were it that it is being removed.</summary>
    [Id(1)] public bool IsKnown { get; init; }

    /// <summary>Whether the silo is known to hold it.</summary>
    [Id(2)] public bool IsHolder { get; init; }
}
