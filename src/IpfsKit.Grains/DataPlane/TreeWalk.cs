using System.Runtime.CompilerServices;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.DataPlane;

/// <summary>The blocks of directories, files and symbolic links in the order in which listing and export ask for them, which in sharded directories is not the order of links.</summary>
internal static class TreeWalk
{
    private static readonly UnixFsReadOptions InTurn = new() { ReadAheadBlocks = 0 };

    /// <summary>A directory and the root blocks of its dag-pb entries; of anything else its root block.</summary>
    public static async IAsyncEnumerable<Block> ListAsync(IBlockSource blocks, Cid cid, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var touched = new RecordingSource(blocks);
        if (await OpenDirectoryAsync(touched, cid, cancellationToken) is { } directory)
        {
            await foreach (var entry in directory.ListAsync(cancellationToken))
            {
                if (entry.Cid.Codec == Multicodec.DagPb)
                    (await touched.GetRequiredAsync(entry.Cid, cancellationToken)).Dispose();
                foreach (var block in touched.Take())
                    yield return block;
            }
        }

        // The root block if that was all, and shards without entries.
        foreach (var block in touched.Take())
            yield return block;
    }

    /// <summary>Everything below a CID, each block as often as it is linked.</summary>
    /// <param name="blocks">Where blocks come from.</param>
    /// <param name="cid">The root.</param>
    /// <param name="maxDepth">The most directories above an entry; below that only root blocks are given, and the client sees for itself.</param>
    /// <param name="cancellationToken">Stops the walk.</param>
    public static async IAsyncEnumerable<Block> ExportAsync(
        IBlockSource blocks, Cid cid, int maxDepth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var touched = new RecordingSource(blocks);
        // A stack of enumerators instead of recursion: one open directory per level.
        var levels = new Stack<IAsyncEnumerator<UnixFsEntry>>();
        try
        {
            for (Cid? next = cid; next is { } entry;)
            {
                if (await IsDirectoryAsync(blocks, entry, cancellationToken) && levels.Count < maxDepth
                    && await OpenDirectoryAsync(touched, entry, cancellationToken) is { } directory)
                {
                    levels.Push(directory.ListAsync(cancellationToken).GetAsyncEnumerator(cancellationToken));
                }
                else
                {
                    await foreach (var block in FileAsync(blocks, entry, cancellationToken))
                        yield return block;
                }

                next = null;
                while (next is null && levels.TryPeek(out var level))
                {
                    if (await level.MoveNextAsync())
                        next = level.Current.Cid;
                    else
                        await levels.Pop().DisposeAsync();
                    foreach (var block in touched.Take())
                        yield return block;
                }
            }
        }
        finally
        {
            foreach (var level in levels)
                await level.DisposeAsync();
        }
    }

    private static async ValueTask<bool> IsDirectoryAsync(IBlockSource blocks, Cid cid, CancellationToken cancellationToken)
    {
        if (cid.Codec != Multicodec.DagPb)
            return false;
        using var block = await blocks.GetRequiredAsync(cid, cancellationToken);
        try
        {
            return UnixFsStat.FromBlock(block).IsDirectory;
        }
        catch (UnixFsException)
        {
            return false;
        }
    }

    private static async ValueTask<UnixFsDirectory?> OpenDirectoryAsync(IBlockSource blocks, Cid cid, CancellationToken cancellationToken)
    {
        try
        {
            return await UnixFsDirectory.OpenAsync(blocks, cid, InTurn, cancellationToken);
        }
        catch (Exception e) when (e is UnixFsTypeException or UnixFsException)
        {
            // No directory: its root block lets the client see that for itself.
            return null;
        }
    }

    /// <summary>A file's blocks without nodes that hold nothing; of what is no file, or no valid one, the root block.</summary>
    private static async IAsyncEnumerable<Block> FileAsync(IBlockSource blocks, Cid cid, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var root = await blocks.GetRequiredAsync(cid, cancellationToken);
        UnixFsFile? file = null;
        try
        {
            file = await UnixFsFile.OpenAsync(blocks, cid, InTurn, cancellationToken);
        }
        catch (Exception e) when (e is UnixFsTypeException or UnixFsException)
        {
            // The root block lets the client see for itself.
        }

        if (file is null)
        {
            yield return root;
            yield break;
        }

        root.Dispose();
        using var _ = file;
        await foreach (var block in file.BlocksAsync(new EntityBytes(0, file.Length - 1), cancellationToken))
            yield return block;
    }
}
