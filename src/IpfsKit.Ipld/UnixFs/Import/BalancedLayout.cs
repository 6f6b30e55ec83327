using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>A part of a file whose blocks are already made.</summary>
/// <param name="Cid">Its root.</param>
/// <param name="FileBytes">The bytes of the file under it.</param>
/// <param name="DagBytes">The bytes of all blocks under it, counted as often as they are linked.</param>
internal readonly record struct UnixFsPart(Cid Cid, ulong FileBytes, ulong DagBytes);

/// <summary>Builds the nodes above the leaves of one file: all leaves at the same depth, each node full before the next begins.</summary>
/// <remarks>
/// Level 0 collects leaves; when a level is full and one more comes, its parts become one part of the level above. Memory is
/// one node per level. Spec: <see href="https://specs.ipfs.tech/ipips/ipip-0499/#balanced"/>.
/// </remarks>
internal sealed class BalancedLayout(UnixFsImportOptions options, BlockBatchWriter writer, ImportProgress progress)
{
    private readonly List<List<UnixFsPart>> _levels = [[]];

    /// <summary>Adds the next leaf.</summary>
    public ValueTask AddAsync(UnixFsPart leaf, CancellationToken cancellationToken) => AddAsync(0, leaf, cancellationToken);

    /// <summary>Makes the remaining nodes and returns the root; a single leaf is its own root.</summary>
    public async ValueTask<UnixFsPart> FinishAsync(uint? mode, UnixFsTime? modificationTime, CancellationToken cancellationToken)
    {
        for (var level = 0; level < _levels.Count - 1; level++)
        {
            var node = await MakeNodeAsync(_levels[level], null, null, cancellationToken).ConfigureAwait(false);
            await AddAsync(level + 1, node, cancellationToken).ConfigureAwait(false);
        }

        var top = _levels[^1];
        return top.Count == 1 ? top[0] : await MakeNodeAsync(top, mode, modificationTime, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask AddAsync(int level, UnixFsPart part, CancellationToken cancellationToken)
    {
        if (level == _levels.Count)
            _levels.Add([]);
        var parts = _levels[level];
        if (parts.Count == options.Profile.LinksPerNode)
        {
            var node = await MakeNodeAsync(parts, null, null, cancellationToken).ConfigureAwait(false);
            parts.Clear();
            await AddAsync(level + 1, node, cancellationToken).ConfigureAwait(false);
        }

        parts.Add(part);
    }

    private async ValueTask<UnixFsPart> MakeNodeAsync(List<UnixFsPart> parts, uint? mode, UnixFsTime? modificationTime, CancellationToken cancellationToken)
    {
        var links = new DagPbLink[parts.Count];
        var sizes = new ulong[parts.Count];
        ulong fileBytes = 0, dagBytes = 0;
        for (var i = 0; i < links.Length; i++)
        {
            var part = parts[i];
            // Kubo writes the name of a link inside a file as present and empty.
            links[i] = new DagPbLink(part.Cid, "", part.DagBytes);
            sizes[i] = part.FileBytes;
            fileBytes += part.FileBytes;
            dagBytes += part.DagBytes;
        }

        var data = new UnixFsData
        {
            Type = UnixFsType.File,
            FileSize = fileBytes,
            BlockSizes = sizes,
            Mode = mode,
            ModificationTime = modificationTime,
        };
        var block = UnixFsBlocks.Encode(data, links, options.Profile, options.MaxBlockBytes);
        var made = new UnixFsPart(block.Cid, fileBytes, dagBytes + (ulong)block.Size);
        await writer.AddAsync(block, cancellationToken).ConfigureAwait(false);
        progress.AddBlock(0);
        return made;
    }
}
