using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>The size of content as people count it: a file's length, a directory's sum of files, else the root block's size.</summary>
public static class UnixFsContentSize
{
    /// <summary>Measures a DAG. Takes the blocks of directories and the roots of files; what a directory claims of a file that is one raw block is believed.</summary>
    /// <param name="source">Where blocks come from.</param>
    /// <param name="root">The root.</param>
    /// <param name="maxEntries">The most entries to look at.</param>
    /// <param name="maxDepth">The most directories between the root and an entry.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The size. A tree that passes a bound or is not valid UnixFS counts as its root block: this is information, not a check.</returns>
    /// <exception cref="BlockNotFoundException">A block is not to be had.</exception>
    public static async ValueTask<long> MeasureAsync(
        IBlockSource source, Cid root, long maxEntries = 10_000_000, int maxDepth = 256, CancellationToken cancellationToken = default)
    {
        using var block = await source.GetRequiredAsync(root, cancellationToken).ConfigureAwait(false);
        try
        {
            if (root.Codec is not (Multicodec.Raw or Multicodec.DagPb))
                return block.Size;
            var stat = UnixFsStat.FromBlock(block);
            if (!stat.IsDirectory)
                return stat.FileBytes;
            return await new Measurement(source, maxEntries, maxDepth).SumAsync(root, 0, cancellationToken).ConfigureAwait(false) ?? block.Size;
        }
        catch (Exception e) when (e is UnixFsException or TraversalLimitException)
        {
            return block.Size;
        }
    }

    private sealed class Measurement(IBlockSource source, long maxEntries, int maxDepth)
    {
        // A directory that is linked from everywhere is summed once: otherwise a few blocks could keep a machine busy for ever.
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
            var directory = await UnixFsDirectory.OpenAsync(source, cid, cancellationToken: cancellationToken).ConfigureAwait(false);
            await foreach (var entry in directory.ListAsync(cancellationToken).ConfigureAwait(false))
            {
                if (++_entries > maxEntries || await SizeAsync(entry, depth, cancellationToken).ConfigureAwait(false) is not { } size)
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
            var stat = await UnixFsStat.ReadAsync(source, entry.Cid, cancellationToken).ConfigureAwait(false);
            return stat.IsDirectory ? await SumAsync(entry.Cid, depth + 1, cancellationToken).ConfigureAwait(false) : stat.FileBytes;
        }
    }
}
