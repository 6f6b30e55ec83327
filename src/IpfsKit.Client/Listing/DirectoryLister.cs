using System.Runtime.CompilerServices;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Listing;

/// <summary>Lists a directory from blocks that come in turn; also what the in-memory client lists with.</summary>
internal static class DirectoryLister
{
    private static readonly UnixFsReadOptions InTurn = new() { ReadAheadBlocks = 0 };

    /// <summary>The entries of the directory at the end of a path.</summary>
    /// <remarks>Asks for blocks in the order in which <c>walk=list</c> sends them: path, shards depth first, after each shard the dag-pb entries in it.</remarks>
    public static async IAsyncEnumerable<DirectoryEntry> ListAsync(
        IBlockSource source, IpfsPath path, ListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var resolved = await new UnixFsResolver(source, options: InTurn).ResolveAsync(path, cancellationToken).ConfigureAwait(false);
        if (resolved.Remainder.Count > 0)
            throw new UnixFsTypeException(resolved.Cid, "a directory", $"{resolved.Cid.Codec} data");
        var directory = await UnixFsDirectory.OpenAsync(source, resolved.Cid, InTurn, cancellationToken).ConfigureAwait(false);
        await foreach (var entry in directory.ListAsync(cancellationToken).ConfigureAwait(false))
            yield return await DescribeAsync(source, entry, options, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<DirectoryEntry> DescribeAsync(
        IBlockSource source, UnixFsEntry entry, ListOptions options, CancellationToken cancellationToken)
    {
        var described = new DirectoryEntry
        {
            Name = entry.Name,
            Cid = entry.Cid,
            ClaimedDagBytes = entry.DagBytes is { } size and <= long.MaxValue ? (long)size : null,
        };
        switch (entry.Cid.Codec)
        {
            case Multicodec.Raw:
                // Its one block is the file: to check what the directory claims would transfer all of its content. The contract of SizeBytes says so.
                return described with { Kind = ContentKind.File, SizeBytes = described.ClaimedDagBytes };
            case Multicodec.DagPb when !options.ResolveEntries:
                return described;
            case Multicodec.DagPb:
                break;
            default:
                return described with { Kind = ContentKind.Other };
        }

        using var block = await source.GetRequiredAsync(entry.Cid, cancellationToken).ConfigureAwait(false);
        return EntityKinds.TryStat(block) is { } stat
            ? described with
            {
                Kind = EntityKinds.Of(stat.Type),
                SizeBytes = stat.Type is UnixFsType.File or UnixFsType.Raw ? stat.FileBytes : null,
                Target = stat.SymlinkTarget,
            }
            : described with { Kind = ContentKind.Other };
    }
}
