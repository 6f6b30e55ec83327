using IpfsKit.Ipld.Codecs;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Symbolic links: reading and making their one block.</summary>
internal static class UnixFsSymlink
{
    /// <summary>The longest target that is made, in bytes of UTF-8; what Linux allows.</summary>
    public const int MaxTargetBytes = 4095;

    /// <summary>The target of a node that is a symbolic link.</summary>
    /// <exception cref="UnixFsException">It has links, or its target is empty, too long, has a NUL or is not UTF-8.</exception>
    public static string TargetOf(UnixFsNode node)
    {
        if (node.Links.Count > 0)
            throw new UnixFsException(node.Cid, $"a symbolic link has {node.Links.Count} links.");
        if (node.Content.Length is 0 or > MaxTargetBytes)
            throw new UnixFsException(node.Cid, $"the target of the symbolic link has {node.Content.Length} bytes, not 1 to {MaxTargetBytes}.");
        if (node.Content.Span.Contains((byte)0))
            throw new UnixFsException(node.Cid, "the target of the symbolic link has a NUL.");
        return StrictUtf8.TryGetString(node.Content.Span, out var target)
            ? target
            : throw new UnixFsException(node.Cid, "the target of the symbolic link is not UTF-8.");
    }

    /// <summary>The block of a symbolic link.</summary>
    /// <exception cref="UnixFsNameException">The target is empty, too long, has a NUL or is not valid Unicode.</exception>
    public static Block Make(string target, UnixFsTime? modificationTime, UnixFsProfile profile)
    {
        if (target.Length == 0 || target.Contains('\0', StringComparison.Ordinal))
            throw new UnixFsNameException(target, "cannot be the target of a symbolic link");
        if (!StrictUtf8.TryGetByteCount(target, out var length))
            throw new UnixFsNameException(target, "is not valid Unicode");
        if (length > MaxTargetBytes)
            throw new UnixFsNameException(target, $"is longer than {MaxTargetBytes} bytes");
        var bytes = new byte[length];
        StrictUtf8.GetBytes(target, bytes);
        var data = new UnixFsData { Type = UnixFsType.Symlink, Data = bytes, ModificationTime = modificationTime };
        return UnixFsBlocks.Encode(data, [], profile, BlockLimits.MaxBlockBytes);
    }
}
