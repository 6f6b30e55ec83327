using IpfsKit.Grains;
using IpfsKit.Multiformats;

namespace IpfsKit.Client;

/// <summary>What a path leads to.</summary>
public sealed record ContentStat
{
    /// <summary>The CID at the end of the path.</summary>
    public required Cid Cid { get; init; }

    /// <summary>What it is, read from its verified root block.</summary>
    public required ContentKind Kind { get; init; }

    /// <summary>A file's length in bytes; for other kinds what the cluster recorded, or null if it is no root.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>The size of the root block in bytes.</summary>
    public int BlockBytes { get; init; }

    /// <summary>The links of the root block.</summary>
    public int Links { get; init; }

    /// <summary>Permission bits, if stored.</summary>
    public UnixFileMode? Mode { get; init; }

    /// <summary>The time of modification, if stored.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>Where a symbolic link points; null for other kinds.</summary>
    public string? Target { get; init; }

    /// <summary>What the cluster knows of it, or null if it is no committed root of its own.</summary>
    public ContentInfo? Root { get; init; }
}
