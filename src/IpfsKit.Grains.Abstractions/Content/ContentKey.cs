using System.Diagnostics.CodeAnalysis;
using IpfsKit.Multiformats;

namespace IpfsKit.Grains;

/// <summary>The key of a content grain: the root as CIDv1 in base32.</summary>
public static class ContentKey
{
    /// <summary>The key of a root given in either version.</summary>
    public static string Of(Cid root) => root.ToV1().ToString(MultibaseEncoding.Base32);

    /// <summary>The content grain of a root.</summary>
    public static IContentGrain GetContentGrain(this IGrainFactory grains, Cid root)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return grains.GetGrain<IContentGrain>(Of(root));
    }

    /// <summary>Reads a key back; false unless it is exactly what <see cref="Of"/> writes.</summary>
    public static bool TryParse([NotNullWhen(true)] string? key, out Cid root) =>
        Cid.TryParse(key, out root) && root.Version == 1 && Of(root) == key;
}
