using IpfsKit.Multiformats;

namespace IpfsKit.Storage.Catalog;

/// <summary>A pin. One CID, in either version, has at most one.</summary>
public sealed record CatalogPin
{
    /// <summary>The longest name, in UTF-16 code units.</summary>
    public const int MaxNameLength = 1024;

    /// <summary>What is pinned; read back as version 1.</summary>
    public required Cid Cid { get; init; }

    /// <summary>How.</summary>
    public required CatalogPinMode Mode { get; init; }

    /// <summary>A label for people, at most <see cref="MaxNameLength"/> long, or null.</summary>
    public string? Name { get; init; }

    /// <summary>Since when. Kept to the millisecond.</summary>
    public DateTimeOffset PinnedAt { get; init; }
}
