using System.Buffers;

namespace IpfsKit.Ipld.Codecs.DagPb;

/// <summary>Writes dag-pb blocks: links, then data (see <see cref="DagPbReader"/> for the layout).</summary>
internal static class DagPbWriter
{
    public static int GetNodeBytes(DagPbNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var total = 0L;
        for (var i = 0; i < node.Links.Count; i++)
            total += GetFieldBytes(GetLinkBytes(node.Links[i], out _, out _));
        if (node.Data is { } data)
            total += GetFieldBytes(data.Length);
        return total <= Array.MaxLength ? (int)total : throw DagPbReader.Invalid($"the node would take {total} bytes");
    }

    public static void WriteNode(DagPbNode node, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(output);
        for (var i = 0; i < node.Links.Count; i++)
        {
            var link = node.Links[i];
            var linkBytes = GetLinkBytes(link, out var hashBytes, out var nameBytes);
            var field = GetFieldBytes(linkBytes);
            var span = output.GetSpan((int)Math.Min(field, Array.MaxLength));
            span[0] = 0x12;
            var at = 1 + ProtobufVarint.Write(span[1..], (ulong)linkBytes);
            at += WriteLink(link, hashBytes, nameBytes, span[at..]);
            output.Advance(at);
        }

        if (node.Data is { } data)
        {
            var span = output.GetSpan(1 + ProtobufVarint.MaxBytes);
            span[0] = 0x0a;
            output.Advance(1 + ProtobufVarint.Write(span[1..], (ulong)data.Length));
            output.Write(data.Span);
        }
    }

    private static int WriteLink(in DagPbLink link, int hashBytes, int nameBytes, Span<byte> span)
    {
        span[0] = 0x0a;
        var at = 1 + ProtobufVarint.Write(span[1..], (ulong)hashBytes);
        at += link.Hash.WriteBytes(span[at..]);
        if (link.Name is not null)
        {
            span[at++] = 0x12;
            at += ProtobufVarint.Write(span[at..], (ulong)nameBytes);
            at += StrictUtf8.GetBytes(link.Name, span[at..]);
        }

        if (link.Tsize is { } tsize)
        {
            span[at++] = 0x18;
            at += ProtobufVarint.Write(span[at..], tsize);
        }

        return at;
    }

    private static long GetLinkBytes(in DagPbLink link, out int hashBytes, out int nameBytes)
    {
        if (link.Hash.IsDefault)
            throw DagPbReader.Invalid("a link has no Hash");
        hashBytes = link.Hash.ByteCount;
        nameBytes = 0;
        var total = GetFieldBytes(hashBytes);
        if (link.Name is not null)
        {
            if (!StrictUtf8.TryGetByteCount(link.Name, out nameBytes))
                throw DagPbReader.Invalid("a link's Name holds a lone surrogate");
            total += GetFieldBytes(nameBytes);
        }

        return link.Tsize is { } tsize ? total + 1 + ProtobufVarint.GetByteCount(tsize) : total;
    }

    private static long GetFieldBytes(long length) => 1 + ProtobufVarint.GetByteCount((ulong)length) + length;
}
