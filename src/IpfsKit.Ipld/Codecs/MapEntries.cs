using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs;

/// <summary>Map entries in the order of a codec.</summary>
internal static class MapEntries
{
    /// <summary>The entries in order; the list itself if it is in order already.</summary>
    /// <exception cref="CodecException">A key occurs twice.</exception>
    public static IReadOnlyList<KeyValuePair<string, IpldNode>> Sort(IpldNode.Map map, Comparison<string> order, Multicodec codec)
    {
        var entries = map.Entries;
        if (IsSorted(entries, order))
            return entries;
        var sorted = entries.ToArray();
        Array.Sort(sorted, (x, y) => order(x.Key, y.Key));
        return IsSorted(sorted, order)
            ? sorted
            : throw new CodecException(codec, "a map holds a key twice");
    }

    private static bool IsSorted(IReadOnlyList<KeyValuePair<string, IpldNode>> entries, Comparison<string> order)
    {
        for (var i = 1; i < entries.Count; i++)
        {
            if (order(entries[i - 1].Key, entries[i].Key) >= 0)
                return false;
        }

        return true;
    }
}
