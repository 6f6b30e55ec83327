using System.Diagnostics.CodeAnalysis;

namespace IpfsKit.Ipld.UnixFs;

#pragma warning disable CA1707 // the profiles' names carry digits on both sides of a dash

/// <summary>How the size of a directory is estimated when deciding whether to shard it.</summary>
public enum HamtSizeEstimation
{
    /// <summary>The sum of the lengths of all names and binary CIDs (<c>links-bytes</c>).</summary>
    LinksBytes,

    /// <summary>The exact size of the directory as one dag-pb block (<c>block-bytes</c>).</summary>
    BlockBytes,
}

/// <summary>Everything that decides which CID given bytes get.</summary>
/// <remarks>
/// The two named profiles are those of <see href="https://specs.ipfs.tech/ipips/ipip-0499/">IPIP-499</see>: the same input under the same
/// profile has the same CID in every implementation. A changed copy (<c>with</c>) is for tests and for matching CIDs made by other settings.
/// </remarks>
public sealed record UnixFsProfile
{
    /// <summary>What Kubo made until version 0.39: CIDv0, 256 KiB chunks inside dag-pb leaves, 174 links a node.</summary>
    public static UnixFsProfile UnixFsV0_2015 { get; } = new()
    {
        Name = "unixfs-v0-2015",
        CidVersion = 0,
        RawLeaves = false,
        ChunkBytes = 256 << 10,
        LinksPerNode = 174,
        HamtSizeEstimation = HamtSizeEstimation.LinksBytes,
    };

    /// <summary>The default: CIDv1, 1 MiB chunks as raw leaves, 1024 links a node.</summary>
    public static UnixFsProfile UnixFsV1_2025 { get; } = new()
    {
        Name = "unixfs-v1-2025",
        CidVersion = 1,
        RawLeaves = true,
        ChunkBytes = 1 << 20,
        LinksPerNode = 1024,
        HamtSizeEstimation = HamtSizeEstimation.BlockBytes,
    };

    /// <summary>The profile's name in IPIP-499; whatever a changed copy inherits says nothing.</summary>
    public required string Name { get; init; }

    /// <summary>The version of the CIDs of dag-pb nodes, 0 or 1. Raw leaves always have version 1.</summary>
    public required int CidVersion { get; init; }

    /// <summary>Whether leaves are raw blocks, or the data of dag-pb nodes.</summary>
    public required bool RawLeaves { get; init; }

    /// <summary>The size of a chunk, in bytes of the file, from 1.</summary>
    public required int ChunkBytes { get; init; }

    /// <summary>The most links of a node of a file (the DAG's width), from 2.</summary>
    public required int LinksPerNode { get; init; }

    /// <summary>The buckets of a shard: a power of two from 8 to 1024; 256 in both profiles.</summary>
    public int HamtFanout { get; init; } = 256;

    /// <summary>A directory is sharded when its estimated size exceeds this many bytes; 262,144 in both profiles.</summary>
    public int HamtThresholdBytes { get; init; } = 256 << 10;

    /// <summary>How that size is estimated.</summary>
    public required HamtSizeEstimation HamtSizeEstimation { get; init; }

    /// <summary>Finds a profile by its name in IPIP-499, whatever the case.</summary>
    public static bool TryGet(string? name, [NotNullWhen(true)] out UnixFsProfile? profile)
    {
        profile = Matches(UnixFsV1_2025) ? UnixFsV1_2025 : Matches(UnixFsV0_2015) ? UnixFsV0_2015 : null;
        return profile is not null;

        bool Matches(UnixFsProfile candidate) => string.Equals(candidate.Name, name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is outside its range; the message names it.</exception>
    internal void Validate(int maxBlockBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(CidVersion is 0 or 1, true, nameof(CidVersion));
        ArgumentOutOfRangeException.ThrowIfLessThan(ChunkBytes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ChunkBytes, maxBlockBytes - (RawLeaves ? 0 : UnixFsLeaf.MaxOverheadBytes), nameof(ChunkBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(LinksPerNode, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LinksPerNode, MaxLinksPerNode);
        ArgumentOutOfRangeException.ThrowIfLessThan(HamtThresholdBytes, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HamtThresholdBytes, maxBlockBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(HamtShard.IsValidFanout((ulong)HamtFanout), true, nameof(HamtFanout));
    }

    // At some 55 bytes a link and its block size, such a node stays well below 2 MiB.
    private const int MaxLinksPerNode = 16 << 10;
}
