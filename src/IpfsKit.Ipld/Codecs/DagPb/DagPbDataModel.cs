using System.Runtime.InteropServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagPb;

/// <summary>dag-pb nodes to and from the data model: <c>{Data?: bytes, Links: [{Hash: link, Name?: text, Tsize?: integer}]}</c>.</summary>
/// <remarks>Spec: <see href="https://ipld.io/specs/codecs/dag-pb/spec/#logical-format"/>.</remarks>
internal static class DagPbDataModel
{
    public static IpldNode ToIpld(DagPbNode node)
    {
        var links = new IpldNode[node.Links.Count];
        for (var i = 0; i < links.Length; i++)
        {
            var link = node.Links[i];
            var entries = new List<KeyValuePair<string, IpldNode>>(3) { new("Hash", new IpldNode.Link(link.Hash)) };
            if (link.Name is not null)
                entries.Add(new("Name", new IpldNode.String(link.Name)));
            if (link.Tsize is { } tsize)
                entries.Add(new("Tsize", new IpldNode.Integer(tsize)));
            links[i] = new IpldNode.Map(entries);
        }

        var list = new KeyValuePair<string, IpldNode>("Links", new IpldNode.List(links));
        return node.Data is { } data
            ? new IpldNode.Map([new("Data", new IpldNode.Bytes(data)), list])
            : new IpldNode.Map([list]);
    }

    public static DagPbNode FromIpld(IpldNode node)
    {
        if (node is not IpldNode.Map map)
            throw DagPbReader.Invalid("a node is a map");
        ReadOnlyMemory<byte>? data = null;
        IReadOnlyList<IpldNode>? items = null;
        foreach (var (key, value) in map.Entries)
        {
            switch (key)
            {
                case "Data" when data is null:
                    data = value is IpldNode.Bytes bytes ? bytes.Value : throw DagPbReader.Invalid("Data must be bytes");
                    break;
                case "Links" when items is null:
                    items = value is IpldNode.List list ? list.Items : throw DagPbReader.Invalid("Links must be a list");
                    break;
                default:
                    throw DagPbReader.Invalid($"the field '{key}' of the node is unknown or repeated");
            }
        }

        if (items is null)
            throw DagPbReader.Invalid("Links must be a list");
        var links = new DagPbLink[items.Count];
        for (var i = 0; i < links.Length; i++)
        {
            links[i] = FromIpldLink(items[i]);
            if (i > 0 && DagPbCodec.CompareNames(links[i - 1].Name, links[i].Name) > 0)
                throw DagPbReader.Invalid($"the links are not sorted by the bytes of their names: '{links[i].Name}' comes after '{links[i - 1].Name}'");
        }

        return new DagPbNode(data, ImmutableCollectionsMarshal.AsImmutableArray(links));
    }

    private static DagPbLink FromIpldLink(IpldNode node)
    {
        if (node is not IpldNode.Map map)
            throw DagPbReader.Invalid("a link is a map");
        Cid? hash = null;
        string? name = null;
        ulong? tsize = null;
        foreach (var (key, value) in map.Entries)
        {
            switch (key)
            {
                case "Hash" when hash is null:
                    hash = value is IpldNode.Link link ? link.Cid : throw DagPbReader.Invalid("a link's Hash must be a link");
                    break;
                case "Name" when name is null:
                    name = value is IpldNode.String text ? text.Value : throw DagPbReader.Invalid("a link's Name must be text");
                    break;
                case "Tsize" when tsize is null:
                    tsize = value is IpldNode.Integer number && number.Value >= 0 && number.Value <= ulong.MaxValue
                        ? (ulong)number.Value
                        : throw DagPbReader.Invalid("a link's Tsize must be an integer from 0 to 2^64 - 1");
                    break;
                default:
                    throw DagPbReader.Invalid($"the field '{key}' of a link is unknown or repeated");
            }
        }

        return new DagPbLink(hash ?? throw DagPbReader.Invalid("a link must have a Hash"), name, tsize);
    }
}
