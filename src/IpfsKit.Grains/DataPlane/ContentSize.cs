using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains.DataPlane;

/// <summary>The size of content as people count it: a file's length, a directory's sum of files, else the root block's size.</summary>
internal static class ContentSize
{
    /// <summary>Measures a DAG that is here. A directory that passes the bounds, or is not valid, is measured by its root block alone: this is information, not a check.</summary>
    public static async ValueTask<long> MeasureAsync(IBlockSource blocks, Cid root, long maxEntries, int maxDepth, CancellationToken cancellationToken)
    {
        using var block = await blocks.GetRequiredAsync(root, cancellationToken);
        try
        {
            if (root.Codec is not (Multicodec.Raw or Multicodec.DagPb))
                return block.Size;
            var stat = UnixFsStat.FromBlock(block);
            if (!stat.IsDirectory)
                return stat.FileBytes;
            return await new Measurement(blocks, maxEntries, maxDepth).SumAsync(root, 0, cancellationToken) ?? block.Size;
        }
        catch (Exception e) when (e is UnixFsException or TraversalLimitException)
        {
            return block.Size;
        }
    }

    private sealed class Measurement(IBlockSource blocks, long maxEntries, int maxDepth)
    {
        // A directory that is linked from everywhere is summed once: otherwise a few blocks could keep a silo busy for ever.
        private readonly Dictionary<Cid, long> _directories = [];
        private long _entries;

        /// <summary>The sum, or null where a bound was passed.</summary>
        public async ValueTask<long?> SumAsync(Cid cid, int depth, CancellationToken cancellationToken)
        {
            if (_directories.TryGetValue(cid, out var known))
                return known;
            if (depth > maxDepth)
                return null;
            var sum = 0L;
            var directory = await UnixFsDirectory.OpenAsync(blocks, cid, cancellationToken: cancellationToken);
            await foreach (var entry in directory.ListAsync(cancellationToken))
            {
                if (++_entries > maxEntries || await SizeAsync(entry, depth, cancellationToken) is not { } size)
                    return null;
                sum = size > long.MaxValue - sum ? long.MaxValue : sum + size;
            }

            _directories[cid] = sum;
            return sum;
        }

        private async ValueTask<long?> SizeAsync(UnixFsEntry entry, int depth, CancellationToken cancellationToken)
        {
            // What a directory claims of a raw block is its length; reading the block to check that would read every small file twice.
            if (entry.Cid.Codec == Multicodec.Raw && entry.DagBytes is { } claimed and <= long.MaxValue)
                return (long)claimed;
            if (entry.Cid.Codec is not (Multicodec.Raw or Multicodec.DagPb))
                return 0;
            var stat = await UnixFsStat.ReadAsync(blocks, entry.Cid, cancellationToken);
            return stat.IsDirectory ? await SumAsync(entry.Cid, depth + 1, cancellationToken) : stat.FileBytes;
        }
    }
}
