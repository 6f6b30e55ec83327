using System.Diagnostics;
using System.Runtime.InteropServices;

namespace IpfsKit.Storage.Segments;

/// <summary>One block in the index: 16 bytes.</summary>
/// <remarks>
/// <code>
/// word 0:  | fingerprint, low 52 bits          | length / 8, high 12 bits |
/// word 1:  | slot, 20 bits | offset / 8, 29 bits | length / 8, low 7 bits | stamp, 8 bits |
/// </code>
/// The high 12 bits of the fingerprint are the number of the table that holds the entry. Slots begin at 1, so word 1 of an entry is never 0.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct IndexEntry
{
    /// <summary>Bits of the fingerprint that choose the table.</summary>
    public const int TableBits = 12;

    private const int KeyShift = 12;
    private const ulong StampMask = 0xFF;

    private ulong _word0;
    private ulong _word1;

    public IndexEntry(ulong fingerprint, in RecordLocation location, byte stamp)
    {
        Debug.Assert(location.Slot is > 0 and < RecordLocation.MaxSlots && location.Offset < RecordLocation.MaxOffset
            && location.Length is > 0 and <= RecordLocation.MaxLength && location.Offset % 8 == 0 && location.Length % 8 == 0);
        var length = (ulong)location.Length >> 3;
        _word0 = (fingerprint << KeyShift) | (length >> 7);
        _word1 = ((ulong)location.Slot << 44) | ((ulong)location.Offset >> 3 << 15) | ((length & 0x7F) << 8) | stamp;
    }

    /// <summary>Whether this is no entry.</summary>
    public readonly bool IsEmpty => _word1 == 0;

    /// <summary>The 52 bits of the fingerprint by which a table is sorted.</summary>
    public readonly ulong Key => _word0 >> KeyShift;

    /// <summary>The liveness stamp.</summary>
    public byte Stamp
    {
        readonly get => (byte)_word1;
        set => _word1 = (_word1 & ~StampMask) | value;
    }

    /// <summary>Where the record is.</summary>
    public readonly RecordLocation Location => new(
        (int)(_word1 >> 44), (long)((_word1 >> 15) & 0x1FFF_FFFF) << 3, (int)((((_word0 & 0xFFF) << 7) | ((_word1 >> 8) & 0x7F)) << 3));

    /// <summary>The part of a fingerprint that <see cref="Key"/> keeps.</summary>
    public static ulong KeyOf(ulong fingerprint) => fingerprint & (ulong.MaxValue >> TableBits);

    /// <summary>The table of a fingerprint.</summary>
    public static int TableOf(ulong fingerprint) => (int)(fingerprint >> (64 - TableBits));
}
