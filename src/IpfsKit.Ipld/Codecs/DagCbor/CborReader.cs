using System.Buffers.Binary;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Codecs.DagCbor;

/// <summary>Reads the items of a dag-cbor block one after the other, without allocating.</summary>
/// <remarks>
/// <code>
/// head byte: | major type, 3 bits | argument, 5 bits: 0–23 itself, 24–27 in the next 1, 2, 4, 8 bytes, rest refused |
/// 0 integer n        2 n bytes         4 n items             6 tag: 42, then bytes 0x00 CID
/// 1 integer -1 - n   3 n bytes UTF-8   5 n keys and values   7 0xf4 false, 0xf5 true, 0xf6 null, 0xfb double
/// </code>
/// <para>Every item that an open list or map still owes takes at least a byte, so a list that claims more than what is left is refused when it opens:
/// whoever allocates by a count from here allocates no more than a constant times the block.</para>
/// <para>Tolerant mode relaxes what the spec lets decoders relax for historical data: heads that are not the shortest and short floats (the order of map
/// keys is the caller's to check). Indefinite lengths, other tags and simple values, NaN and infinities are refused in both modes.
/// Spec: <see href="https://ipld.io/specs/codecs/dag-cbor/spec/#strictness"/>.</para>
/// </remarks>
internal ref struct CborReader(ReadOnlySpan<byte> block, bool tolerant)
{
    private const byte LinkPrefix = 0x00;
    private const ulong LinkTag = 42;

    private readonly ReadOnlySpan<byte> _block = block;
    private readonly bool _tolerant = tolerant;
    private int _at;
    private long _owed = 1;

    /// <summary>Whether every item was read.</summary>
    public readonly bool AtEnd => _owed == 0;

    /// <summary>Where the next item begins.</summary>
    public readonly int Position => _at;

    /// <summary>Reads an item; of lists and maps only the head, their items follow.</summary>
    public CborItem Read()
    {
        var start = _at;
        if (_at == _block.Length)
            throw Invalid(start, "the block ends where an item should begin");
        var head = _block[_at++];
        _owed--;
        var major = head >> 5;
        if (major == 7)
            return ReadSimple(start, head & 31);
        var argument = ReadArgument(start, head & 31);
        switch (major)
        {
            case 0:
                return new CborItem(IpldKind.Integer, start) { Argument = argument };
            case 1:
                return new CborItem(IpldKind.Integer, start) { Argument = argument, IsNegative = true };
            case 2:
                return Take(start, IpldKind.Bytes, argument);
            case 3:
                return Take(start, IpldKind.String, argument);
            case 4:
                Owe(start, argument, each: 1);
                return new CborItem(IpldKind.List, start) { Argument = argument };
            case 5:
                Owe(start, argument, each: 2);
                return new CborItem(IpldKind.Map, start) { Argument = argument };
            default:
                return ReadLink(start, argument);
        }
    }

    /// <summary>The bytes of an item of kind bytes or text, or of a link's CID.</summary>
    public readonly ReadOnlySpan<byte> GetBytes(scoped in CborItem item) => _block.Slice(item.PayloadStart, (int)item.Argument);

    /// <summary>Refuses bytes after the last item.</summary>
    public readonly void EnsureEnd()
    {
        if (_at != _block.Length)
            throw Invalid(_at, $"{_block.Length - _at} bytes follow the value");
    }

    internal static CodecException Invalid(int offset, string reason) => new(Multicodec.DagCbor, $"{reason} (offset {offset})");

    private ulong ReadArgument(int start, int info)
    {
        if (info < 24)
            return (ulong)info;
        if (info > 27)
            throw Invalid(start, info == 31 ? "indefinite lengths are not allowed" : $"the head 0x{_block[start]:x2} is reserved");
        var size = 1 << (info - 24);
        if (_block.Length - _at < size)
            throw Invalid(start, "the block ends inside a head");
        var bytes = _block.Slice(_at, size);
        _at += size;
        var value = size switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
        };
        var least = size switch { 1 => 24UL, 2 => 1UL << 8, 4 => 1UL << 16, _ => 1UL << 32 };
        return value >= least || _tolerant ? value : throw Invalid(start, $"{value} is not in its shortest form");
    }

    private CborItem ReadSimple(int start, int info)
    {
        switch (info)
        {
            case 20:
                return new CborItem(IpldKind.Boolean, start);
            case 21:
                return new CborItem(IpldKind.Boolean, start) { Argument = 1 };
            case 22:
                return new CborItem(IpldKind.Null, start);
            case 25 or 26 when !_tolerant:
                throw Invalid(start, "floats take 64 bits");
            case 25 or 26 or 27:
                break;
            default:
                throw Invalid(start, $"the simple value 0x{_block[start]:x2} is not allowed");
        }

        var size = 1 << (info - 24);
        if (_block.Length - _at < size)
            throw Invalid(start, "the block ends inside a float");
        var bytes = _block.Slice(_at, size);
        _at += size;
        var value = size switch
        {
            2 => (double)BinaryPrimitives.ReadHalfBigEndian(bytes),
            4 => BinaryPrimitives.ReadSingleBigEndian(bytes),
            _ => BinaryPrimitives.ReadDoubleBigEndian(bytes),
        };
        return double.IsFinite(value)
            ? new CborItem(IpldKind.Float, start) { Argument = BitConverter.DoubleToUInt64Bits(value) }
            : throw Invalid(start, "NaN and infinities are not allowed");
    }

    private CborItem ReadLink(int start, ulong tag)
    {
        if (tag != LinkTag)
            throw Invalid(start, $"the tag {tag} is not allowed");
        if (_at == _block.Length || _block[_at] >> 5 != 2)
            throw Invalid(start, "a link must hold bytes");
        var head = _block[_at++];
        var item = Take(start, IpldKind.Link, ReadArgument(_at - 1, head & 31));
        var bytes = GetBytes(item);
        if (bytes.IsEmpty || bytes[0] != LinkPrefix)
            throw Invalid(start, "a link must begin with 0x00");
        return item with { PayloadStart = item.PayloadStart + 1, Argument = item.Argument - 1 };
    }

    private CborItem Take(int start, IpldKind kind, ulong length)
    {
        if (length > (ulong)(_block.Length - _at))
            throw Invalid(start, $"{length} bytes are claimed where {_block.Length - _at} are left");
        var item = new CborItem(kind, start) { Argument = length, PayloadStart = _at };
        _at += (int)length;
        return item;
    }

    private void Owe(int start, ulong count, int each)
    {
        var left = _block.Length - _at;
        if (count > (ulong)left || ((long)count * each) + _owed > left)
            throw Invalid(start, $"{count} entries are claimed where {left} bytes are left");
        _owed += (long)count * each;
    }
}
