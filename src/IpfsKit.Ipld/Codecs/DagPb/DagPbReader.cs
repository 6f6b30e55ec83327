using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagPb;

/// <summary>Walks the fields of a dag-pb block without allocating.</summary>
/// <remarks>
/// <code>
/// PBNode: 0x12 length PBLink …   (field 2, Links, repeated)      PBLink: 0x0a length CID   (field 1, Hash, required)
///         0x0a length bytes      (field 1, Data, optional)               0x12 length text  (field 2, Name, optional)
///                                                                        0x18 varint       (field 3, Tsize, optional)
/// </code>
/// Refused, as the spec asks: other fields and wire types, a field twice, a link's fields out of order, links on both sides of the data, a
/// link without a CID; and beyond it any varint that is not in its shortest form. Accepted, as the spec asks: the data before the links.
/// Spec: <see href="https://ipld.io/specs/codecs/dag-pb/spec/#strictness"/>.
/// </remarks>
internal ref struct DagPbReader(ReadOnlySpan<byte> block)
{
    private const byte DataKey = 0x0a;
    private const byte LinkKey = 0x12;
    private const byte HashKey = 0x0a;
    private const byte NameKey = 0x12;
    private const byte TsizeKey = 0x18;

    private readonly ReadOnlySpan<byte> _block = block;
    private int _next;
    private bool _dataSeen;
    private bool _linkSeen;
    private bool _linksEnded;

    /// <summary>Whether the current field is a link; otherwise it is the data.</summary>
    public bool IsLink { get; private set; }

    /// <summary>Where the current field's payload begins in the block.</summary>
    public int Start { get; private set; }

    /// <summary>The current field's payload.</summary>
    public readonly ReadOnlySpan<byte> Payload => _block[Start.._next];

    /// <summary>Moves to the next field of the node; false at the end.</summary>
    public bool Read()
    {
        if (_next == _block.Length)
            return false;
        var key = _block[_next];
        var at = _next + 1;
        switch (key)
        {
            case LinkKey when _linksEnded:
                throw Invalid("the links are in two places");
            case LinkKey:
                IsLink = true;
                _linkSeen = true;
                break;
            case DataKey when _dataSeen:
                throw Invalid("Data occurs twice");
            case DataKey:
                IsLink = false;
                _dataSeen = true;
                _linksEnded = _linkSeen;
                break;
            default:
                throw Invalid($"the node has a field with the key 0x{key:x2}");
        }

        var length = TakeLength(_block, ref at);
        Start = at;
        _next = at + length;
        return true;
    }

    /// <summary>Reads the current field as a link.</summary>
    /// <param name="hash">The target.</param>
    /// <param name="name">The name's bytes, not checked to be text.</param>
    /// <param name="hasName">Whether the link has a name, which may be empty.</param>
    /// <param name="tsize">The claimed size, or null.</param>
    public readonly void ReadLink(out Cid hash, out ReadOnlySpan<byte> name, out bool hasName, out ulong? tsize)
    {
        var link = Payload;
        var at = 0;
        name = default;
        hasName = false;
        tsize = null;
        if (link.IsEmpty || link[at++] != HashKey)
            throw Invalid("a link does not begin with its Hash");
        var length = TakeLength(link, ref at);
        if (!Cid.TryRead(link.Slice(at, length), out hash, out var read) || read != length)
            throw Invalid("a link's Hash is not a CID");
        at += length;

        if (at < link.Length && link[at] == NameKey)
        {
            at++;
            length = TakeLength(link, ref at);
            name = link.Slice(at, length);
            hasName = true;
            at += length;
        }

        if (at < link.Length && link[at] == TsizeKey)
        {
            if (!ProtobufVarint.TryRead(link[(at + 1)..], out var value, out read))
                throw Invalid("a link's Tsize is not a varint in its shortest form");
            tsize = value;
            at += 1 + read;
        }

        if (at < link.Length)
            throw Invalid($"a link has the key 0x{link[at]:x2} where none may follow: unknown, repeated or out of order");
    }

    private static int TakeLength(ReadOnlySpan<byte> source, ref int at)
    {
        if (!ProtobufVarint.TryRead(source[at..], out var length, out var read))
            throw Invalid("a length is not a varint in its shortest form");
        at += read;
        if (length > (ulong)(source.Length - at))
            throw Invalid($"a field claims {length} bytes where {source.Length - at} are left");
        return (int)length;
    }

    internal static CodecException Invalid(string reason) => new(Multicodec.DagPb, reason);
}
