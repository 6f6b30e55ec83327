using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Catalog;

/// <summary>A root in a silo's catalog.</summary>
internal sealed record CatalogRoot
{
    /// <summary>The root in the form its first caller used.</summary>
    public required Cid Root { get; init; }

    /// <summary>Whether its commit was seen; otherwise it may be an upload that never finished.</summary>
    public bool Committed { get; init; }

    /// <summary>Which life of the root was committed, 0 while none was; see <see cref="ContentRegistration.Epoch"/>.</summary>
    public long Epoch { get; init; }

    /// <inheritdoc cref="RegisterContent.SizeBytes"/>
    public long SizeBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.DagBytes"/>
    public long DagBytes { get; init; }

    /// <inheritdoc cref="RegisterContent.Blocks"/>
    public long Blocks { get; init; }

    /// <inheritdoc cref="RegisterContent.WholeDag"/>
    public bool WholeDag { get; init; } = true;

    /// <summary>Since when this silo holds it.</summary>
    public DateTimeOffset HeldSince { get; init; }

    /// <summary>When it was committed.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>Its pin, or null.</summary>
    public PinInfo? Pin { get; init; }
}
