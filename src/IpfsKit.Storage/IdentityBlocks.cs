using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Storage;

/// <summary>Identity CIDs hold their own bytes, so stores answer them without storing them.</summary>
internal static class IdentityBlocks
{
    /// <summary>Whether the hash is its own content.</summary>
    public static bool Is(in Multihash hash) => hash.Code == Multicodec.Identity;

    /// <summary>The block that an identity CID holds.</summary>
    public static Block Get(in Cid cid) => Block.CreateTrusted(cid, cid.Hash.Digest.ToArray());
}
