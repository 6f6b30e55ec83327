using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>How a CID is pinned.</summary>
[GenerateSerializer, Alias("ipfskit.PinMode")]
public enum PinMode
{
    /// <summary>The block and everything that it reaches.</summary>
    Recursive,

    /// <summary>The block alone.</summary>
    Direct,

    /// <summary>Reached by a recursive pin; computed, never set.</summary>
    Indirect,
}

/// <summary>A pin to set.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.PinRequest")]
public sealed record PinRequest
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 255;

    /// <summary><see cref="PinMode.Recursive"/> or <see cref="PinMode.Direct"/>.</summary>
    [Id(0)] public PinMode Mode { get; init; }

    /// <summary>A label for people, at most <see cref="MaxNameLength"/> characters, or null.</summary>
    [Id(1)] public string? Name { get; init; }
}

/// <summary>A pin.</summary>
[GenerateSerializer, Immutable, Alias("ipfskit.PinInfo")]
public sealed record PinInfo
{
    /// <summary>What is pinned.</summary>
    [Id(0)] public required Cid Cid { get; init; }

    /// <summary>How.</summary>
    [Id(1)] public required PinMode Mode { get; init; }

    /// <summary>The label, or null.</summary>
    [Id(2)] public string? Name { get; init; }

    /// <summary>Since when; for an indirect pin, since when the recursive pin above it.</summary>
    [Id(3)] public DateTimeOffset PinnedAt { get; init; }
}
