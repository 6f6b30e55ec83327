using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>How content is imported.</summary>
public sealed class UnixFsImportOptions
{
    /// <summary>What decides the CIDs.</summary>
    /// <value>Default: <see cref="UnixFsProfile.UnixFsV1_2025"/>.</value>
    public UnixFsProfile Profile { get; set; } = UnixFsProfile.UnixFsV1_2025;

    /// <summary>The largest block that is made, in bytes.</summary>
    /// <value>At least 4,096. Default: <see cref="BlockLimits.MaxBlockBytes"/>, 2 MiB; larger blocks are not exchanged over bitswap.</value>
    public int MaxBlockBytes { get; set; } = BlockLimits.MaxBlockBytes;

    /// <summary>The most chunks' worth of file that is being hashed at once, in bytes.</summary>
    /// <value>From 1. Default: 8 MiB; the chunks that are hashed never exceed twice the number of processors.</value>
    public int MaxHashingBytes { get; set; } = 8 << 20;

    /// <summary>The size at which a batch of blocks is sent to the sink, in bytes; three batches are held at most.</summary>
    /// <value>From 1. Default: 16 MiB.</value>
    public int MaxBatchBytes { get; set; } = BlockBatchWriter.DefaultMaxBatchBytes;

    /// <summary>The most entries of one tree, over all its directories; a directory counts also where only what lies in it was named.</summary>
    /// <value>From 1. Default: 10 million.</value>
    public long MaxEntries { get; set; } = 10_000_000;

    /// <summary>The most directories between the root of a tree and an entry.</summary>
    /// <value>From 1. Default: 256.</value>
    public int MaxDepth { get; set; } = 256;

    /// <summary>The most files of a tree that are read at once, where the source allows it.</summary>
    /// <value>From 1. Default: the number of processors, at least 2 and at most 8.</value>
    public int MaxConcurrentFiles { get; set; } = Math.Clamp(Environment.ProcessorCount, 2, 8);

    /// <summary>Told of bytes read and blocks made, once per chunk; must be quick.</summary>
    public IProgress<UnixFsProgress>? Progress { get; set; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Profile);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBlockBytes, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHashingBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBatchBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxEntries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDepth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrentFiles, 1);
        Profile.Validate(MaxBlockBytes);
    }
}

/// <summary>How far an import is.</summary>
/// <param name="Bytes">Bytes of files read so far.</param>
/// <param name="Blocks">Blocks made so far, repeated ones included.</param>
/// <param name="Entries">Files, directories and symbolic links finished so far.</param>
public readonly record struct UnixFsProgress(long Bytes, long Blocks, long Entries);

/// <summary>What an import made.</summary>
/// <param name="Root">The root, in the version of the profile.</param>
/// <param name="FileBytes">The bytes of the file, or of all files of the tree.</param>
/// <param name="DagBytes">The bytes of all blocks of the DAG, counted as often as they are linked: the root's <c>Tsize</c>.</param>
/// <param name="BlockCount">The blocks that were made, repeated ones included.</param>
public readonly record struct UnixFsImportResult(Cid Root, long FileBytes, long DagBytes, long BlockCount);
