using IpfsKit.Multiformats;

namespace IpfsKit.Grains.Content;

/// <summary>The way from a silo to its roots' grains.</summary>
internal static class ContentHolders
{
    /// <summary>The content grain of a root, as silos see it.</summary>
    public static IContentHolderGrain GetContentHolder(this IGrainFactory grains, Cid root) => grains.GetGrain<IContentHolderGrain>(ContentKey.Of(root));
}
