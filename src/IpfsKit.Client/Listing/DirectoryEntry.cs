using IpfsKit.Multiformats;

namespace IpfsKit.Client;

/// <summary>An entry of a directory.</summary>
public sealed record DirectoryEntry
{
    /// <summary>Its name: never empty, without slash or NUL, but otherwise whatever its author chose. Not to be trusted as a file name.</summary>
    public required string Name { get; init; }

    /// <summary>What it links to.</summary>
    public required Cid Cid { get; init; }

    /// <summary>What it is.</summary>
    public ContentKind Kind { get; init; }

    /// <summary>A file's length in bytes; null for other kinds, and where the entry was not resolved.</summary>
    /// <remarks>
    /// Of a dag-pb entry it is what its verified root block says. Of an entry that is one raw block it is <see cref="ClaimedDagBytes"/>: what the directory
    /// claims, which its author may have made up; <see cref="IIpfsKitClient.StatAsync"/> of the entry gives the truth.
    /// </remarks>
    public long? SizeBytes { get; init; }

    /// <summary>What the directory claims the size of the entry's whole DAG to be, in bytes; never verified.</summary>
    public long? ClaimedDagBytes { get; init; }

    /// <summary>Where a symbolic link points; null for other kinds.</summary>
    public string? Target { get; init; }
}
