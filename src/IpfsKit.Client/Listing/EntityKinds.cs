using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Listing;

/// <summary>What a root block is.</summary>
internal static class EntityKinds
{
    public static ContentKind Of(UnixFsType type) => type switch
    {
        UnixFsType.File or UnixFsType.Raw => ContentKind.File,
        UnixFsType.Directory or UnixFsType.HamtShard => ContentKind.Directory,
        UnixFsType.Symlink => ContentKind.Symlink,
        _ => ContentKind.Other,
    };

    /// <summary>What the block says, or null if it is no UnixFS: it is data all the same.</summary>
    public static UnixFsStat? TryStat(Block block)
    {
        if (block.Cid.Codec is not (Multicodec.Raw or Multicodec.DagPb))
            return null;
        try
        {
            return UnixFsStat.FromBlock(block);
        }
        catch (UnixFsException)
        {
            return null;
        }
    }
}
