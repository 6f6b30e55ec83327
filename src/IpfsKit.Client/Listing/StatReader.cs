using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Client.Listing;

/// <summary>Describes what a path leads to from blocks that come in turn; also what the in-memory client uses.</summary>
internal static class StatReader
{
    /// <summary>Everything but what the cluster knows. Asks for the blocks of the path, then for the one at its end.</summary>
    public static async ValueTask<ContentStat> ReadAsync(IBlockSource source, IpfsPath path, CancellationToken cancellationToken)
    {
        var resolved = await new UnixFsResolver(source, options: new UnixFsReadOptions { ReadAheadBlocks = 0 })
            .ResolveAsync(path, cancellationToken).ConfigureAwait(false);
        // A path that ends inside a block of dag-cbor names a value of it; the block itself was part of the way.
        if (resolved.Remainder.Count > 0)
            return new ContentStat { Cid = resolved.Cid, Kind = ContentKind.Other };
        using var block = await source.GetRequiredAsync(resolved.Cid, cancellationToken).ConfigureAwait(false);
        if (EntityKinds.TryStat(block) is not { } stat)
            return new ContentStat { Cid = resolved.Cid, Kind = ContentKind.Other, BlockBytes = block.Size };
        return new ContentStat
        {
            Cid = resolved.Cid,
            Kind = EntityKinds.Of(stat.Type),
            SizeBytes = stat.Type is UnixFsType.File or UnixFsType.Raw ? stat.FileBytes : null,
            BlockBytes = block.Size,
            Links = stat.LinkCount,
            Mode = (UnixFileMode?)stat.Mode,
            ModifiedAt = stat.ModificationTime?.ToDateTimeOffset(),
            Target = stat.SymlinkTarget,
        };
    }
}
