using System.Buffers;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Ipld.Codecs.DagCbor;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Car;

/// <summary>The first item of every CAR: <c>{"roots": [CID, …], "version": 1}</c>, or <c>{"version": 2}</c> ahead of a version 2 header.</summary>
/// <param name="Version">1 or 2.</param>
/// <param name="Roots">The roots; none for version 2.</param>
internal sealed record CarHeader(int Version, IReadOnlyList<Cid> Roots)
{
    /// <summary>Reads a header.</summary>
    /// <remarks>Map keys in the wrong order are tolerated, since writers exist that sort them by name.</remarks>
    /// <exception cref="CarFormatException">It is none.</exception>
    public static CarHeader Decode(ReadOnlyMemory<byte> bytes, long offset)
    {
        IpldNode node;
        try
        {
            node = new DagCborDecoder(bytes, tolerant: true).Decode();
        }
        catch (CodecException e)
        {
            throw new CarFormatException(offset, "the header is not dag-cbor", e);
        }

        if (node is not IpldNode.Map map || !map.TryGetValue("version", out var version))
            throw new CarFormatException(offset, "the header is not a map with a version");
        var hasRoots = map.TryGetValue("roots", out var roots);
        switch (version)
        {
            case IpldNode.Integer { Value: var value } when value == 1 && map.Entries.Count == 2 && roots is IpldNode.List list:
                return new CarHeader(1, ReadRoots(list, offset));
            case IpldNode.Integer { Value: var value } when value == 2 && map.Entries.Count == 1:
                return new CarHeader(2, []);
            case IpldNode.Integer { Value: var value } when value == 1 || value == 2:
                throw new CarFormatException(offset, $"the header of version {value} has other fields than it should{(hasRoots ? "" : ": no roots")}");
            case IpldNode.Integer { Value: var value }:
                throw new CarFormatException(offset, $"version {value} is not supported");
            default:
                throw new CarFormatException(offset, "the version is not an integer");
        }
    }

    /// <summary>Writes a version 1 header with its length.</summary>
    public static void Write(IReadOnlyList<Cid> roots, IBufferWriter<byte> output)
    {
        var body = new ArrayBufferWriter<byte>();
        DagCborEncoder.Write(
            new IpldNode.Map([new("roots", new IpldNode.List([.. roots.Select(r => new IpldNode.Link(r))])), new("version", new IpldNode.Integer(1))]),
            body,
            depth: 0);
        output.Advance(Varint.Write(output.GetSpan(Varint.MaxBytes), (ulong)body.WrittenCount));
        output.Write(body.WrittenSpan);
    }

    private static Cid[] ReadRoots(IpldNode.List list, long offset)
    {
        var roots = new Cid[list.Items.Count];
        for (var i = 0; i < roots.Length; i++)
            roots[i] = list.Items[i] is IpldNode.Link link ? link.Cid : throw new CarFormatException(offset, $"root {i} is not a link");
        return roots;
    }
}
