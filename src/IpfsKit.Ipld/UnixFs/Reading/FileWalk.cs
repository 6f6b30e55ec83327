using System.Runtime.CompilerServices;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>A node of a file that a walk came to.</summary>
/// <param name="Block">Its block, which whoever gets the visit disposes.</param>
/// <param name="Node">The node, decoded; it points into the block.</param>
/// <param name="Offset">Where the bytes inside the node lie in the file.</param>
internal readonly record struct FileVisit(Block Block, UnixFsNode Node, long Offset);

/// <summary>Walks the nodes of a file that a range of bytes needs, depth first, which is the order of the bytes.</summary>
/// <remarks>
/// Every size that a node states is checked against the node that is found there, before any of its bytes are given out.
/// </remarks>
internal static class FileWalk
{
    /// <summary>The nodes that cover the bytes from <paramref name="start"/> to <paramref name="end"/>, interior nodes and the root included.</summary>
    /// <param name="source">Where blocks come from.</param>
    /// <param name="root">The root's block; the walk takes the reference over.</param>
    /// <param name="start">The first byte.</param>
    /// <param name="end">The byte after the last.</param>
    /// <param name="withEmpty">Whether nodes that hold no bytes are visited too.</param>
    /// <param name="fullWindow">Whether to read ahead from the start; otherwise only as the walk goes on.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    public static async IAsyncEnumerable<FileVisit> VisitAsync(
        IBlockSource source,
        Block root,
        long start,
        long end,
        bool withEmpty,
        bool fullWindow,
        UnixFsReadOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rootCid = root.Cid;
        var pending = new FetchStack<Child>(source, rootCid, options, fullWindow, cancellationToken);
        await using var _ = pending.ConfigureAwait(false);
        var (block, child) = (root, new Child(0, null, 0));
        for (var visited = 1L; ; visited++)
        {
            UnixFsNode node;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (visited > options.MaxBlocks)
                    throw new TraversalLimitException(rootCid, nameof(options.MaxBlocks), options.MaxBlocks);
                node = UnixFsNode.Decode(block).AsFile();
                Measure(node, child.Length);
                if (node.Links.Count > 0 && child.Depth == options.MaxDepth)
                    throw new TraversalLimitException(rootCid, nameof(options.MaxDepth), options.MaxDepth);
                Push(pending, node, child, start, end, withEmpty);
            }
            catch
            {
                block.Dispose();
                throw;
            }

            yield return new FileVisit(block, node, child.Offset);
            if (pending.Count == 0)
                yield break;
            (block, child) = await pending.PopAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The bytes of the file under a node, if all that it says agrees.</summary>
    /// <param name="node">A node of a file.</param>
    /// <param name="expected">What the node above says, or null for a root.</param>
    /// <exception cref="UnixFsException">It does not agree.</exception>
    public static long Measure(UnixFsNode node, long? expected = null)
    {
        var cid = node.Cid;
        var length = (ulong)node.Content.Length;
        if (node.Data is { } data)
        {
            if (node.Links.Count != data.BlockSizes.Count)
                throw new UnixFsException(cid, $"it has {node.Links.Count} links and {data.BlockSizes.Count} block sizes.");
            for (var i = 0; i < data.BlockSizes.Count; i++)
            {
                if (node.Links[i].Name is { Length: > 0 } name)
                    throw new UnixFsException(cid, $"a link inside a file has the name '{name}'.");
                if (data.BlockSizes[i] > long.MaxValue - length)
                    throw new UnixFsException(cid, "the block sizes exceed 2^63 bytes.");
                length += data.BlockSizes[i];
            }

            if ((data.FileSize ?? 0) != length)
                throw new UnixFsException(cid, $"the file size is {data.FileSize ?? 0}; data and block sizes make {length}.");
        }

        return expected is null || expected == (long)length
            ? (long)length
            : throw new UnixFsException(cid, $"it holds {length} bytes; the node above says {expected}.");
    }

    private static void Push(FetchStack<Child> pending, UnixFsNode node, Child at, long start, long end, bool withEmpty)
    {
        if (node.Links.Count == 0)
            return;
        var sizes = node.Data!.BlockSizes;

        // From the last to the first, so that the first is on top.
        var after = at.Offset + Sum(node);
        for (var i = sizes.Count - 1; i >= 0; i--)
        {
            var size = (long)sizes[i];
            var offset = after - size;
            if (size == 0 ? withEmpty : offset < end && after > start)
                pending.Push(node.Links[i].Hash, new Child(offset, size, at.Depth + 1), isLarge: size > BlockLimits.MaxBlockBytes);
            after = offset;
        }
    }

    private static long Sum(UnixFsNode node)
    {
        var sum = (long)node.Content.Length;
        foreach (var size in node.Data!.BlockSizes)
            sum += (long)size;
        return sum;
    }

    /// <summary>What is known of a node before it is fetched.</summary>
    private readonly record struct Child(long Offset, long? Length, int Depth);
}
