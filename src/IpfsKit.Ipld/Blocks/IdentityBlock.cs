using IpfsKit.Multiformats;

namespace IpfsKit.Ipld;

/// <summary>Identity CIDs hold their own bytes: they are blocks that nobody has to be asked for.</summary>
internal static class IdentityBlock
{
    /// <summary>Whether a CID holds its own bytes.</summary>
    public static bool Is(in Cid cid) => cid.Hash.Code == Multicodec.Identity;

    /// <summary>The block that an identity CID holds.</summary>
    public static Block Get(in Cid cid) => Block.CreateTrusted(cid, cid.Hash.Digest.ToArray());
}
