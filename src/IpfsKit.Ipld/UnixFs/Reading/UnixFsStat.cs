using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>What the root block of a file, directory or symbolic link says about it.</summary>
/// <param name="Cid">The root.</param>
/// <param name="Type">What it is; a raw block is a file.</param>
/// <param name="FileBytes">The length of a file in bytes, or of a symbolic link's target; 0 for directories.</param>
/// <param name="DagBytes">The bytes of the root block and what its links claim for theirs; never to be trusted.</param>
/// <param name="LinkCount">The links of the root block.</param>
/// <param name="Mode">The recorded permissions (twelve bits), or null if unspecified.</param>
/// <param name="ModificationTime">The recorded time, or null if unspecified.</param>
/// <param name="SymlinkTarget">The target of a symbolic link, else null.</param>
public sealed record UnixFsStat(
    Cid Cid,
    UnixFsType Type,
    long FileBytes,
    ulong DagBytes,
    int LinkCount,
    uint? Mode,
    UnixFsTime? ModificationTime,
    string? SymlinkTarget)
{
    /// <summary>Whether it is a directory, sharded or not.</summary>
    public bool IsDirectory => Type is UnixFsType.Directory or UnixFsType.HamtShard;

    /// <summary>Reads the root block, and nothing else.</summary>
    /// <exception cref="BlockNotFoundException">It is not to be had.</exception>
    /// <exception cref="UnixFsException">It is not valid UnixFS.</exception>
    public static async ValueTask<UnixFsStat> ReadAsync(IBlockSource source, Cid cid, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var block = await source.GetRequiredAsync(cid, cancellationToken).ConfigureAwait(false);
        return FromBlock(block);
    }

    /// <summary>Reads what a root block says; the result does not hold the block.</summary>
    /// <exception cref="UnixFsException">It is not valid UnixFS.</exception>
    public static UnixFsStat FromBlock(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        var node = UnixFsNode.Decode(block);
        var target = node.Type == UnixFsType.Symlink ? UnixFsSymlink.TargetOf(node) : null;
        var dagBytes = (ulong)block.Size;
        foreach (var link in node.Links)
            dagBytes = link.Tsize is { } size && size <= ulong.MaxValue - dagBytes ? dagBytes + size : link.Tsize is null ? dagBytes : ulong.MaxValue;
        return new UnixFsStat(
            block.Cid,
            node.Type,
            node.IsFile ? FileWalk.Measure(node) : target is null ? 0 : node.Content.Length,
            dagBytes,
            node.Links.Count,
            node.Data?.Permissions,
            node.Data?.ModificationTime,
            target);
    }
}
