using IpfsKit.Ipld;

namespace IpfsKit.Grains.DataPlane;

/// <summary>The content path of a request, read from its raw target: a decoded path cannot tell a slash from an encoded one.</summary>
internal static class RequestPath
{
    private const string Prefix = "/" + DataPlaneProtocol.ContentPath;

    /// <summary>Whether the target is below <c>/ipfs/</c>.</summary>
    public static bool IsContent(string rawTarget) => rawTarget.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The path of a target below <c>/ipfs/</c>.</summary>
    /// <exception cref="DataPlaneException">It is malformed; the message names it.</exception>
    public static IpfsPath Parse(string rawTarget)
    {
        var end = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var encoded = end < 0 ? rawTarget : rawTarget[..end];
        var names = encoded[Prefix.Length..].Split('/');
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Uri.UnescapeDataString(names[i]);
            if (names[i].Contains('/'))
                throw DataPlaneRefusals.BadRequest($"'{encoded}' has a name with a slash in it.");
        }

        return IpfsPath.TryParse(Prefix + string.Join('/', names), out var path)
            ? path
            : throw DataPlaneRefusals.BadRequest($"'{encoded}' is not of the form /ipfs/<cid>/name/name.");
    }
}
