using System.Buffers;
using System.Buffers.Binary;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Storage.Segments;

namespace IpfsKit.Fuzz.Tests.Targets.Storage;

/// <summary>Records of a segment with the checksums that a changed one needs in order to be looked at.</summary>
internal static class SegmentRecords
{
    public const long Id = 3;

    public static readonly StoreKeys Keys = new(1, 2);

    public static Segment Open(MemoryFile file, long committed) =>
        new(Id, slot: 1, "segment", file, new MemoryFiles("segment", file)) { CommittedLength = committed };

    /// <summary>Appends a group of blocks and its marker to records that begin behind the header of the segment.</summary>
    public static byte[] AppendGroup(byte[] records, long sequence, int blocks)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write(records);
        var start = SegmentFormat.HeaderBytes + records.Length;
        var marker = new ArrayBufferWriter<byte>();
        GroupMarker.WriteFixed(marker.GetSpan(GroupMarker.FixedBytes), sequence, start, blocks);
        marker.Advance(GroupMarker.FixedBytes);
        for (var i = 0; i < blocks; i++)
        {
            var hash = CidSeeds.All[i % CidSeeds.All.Count].Hash.ToBytes();
            var payload = new byte[i % 3 == 2 ? 0 : 5 + (i * 30)];
            var kind = payload.Length == 0 ? RecordKind.Tombstone : RecordKind.Put;
            DirectoryEntry.Write(marker, kind, SegmentFormat.HeaderBytes + output.WrittenCount, payload.Length, hash);
            Append(output, kind, hash, payload);
        }

        Append(output, RecordKind.Marker, [], marker.WrittenSpan);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Makes the checksums right of every record that can be told from where the one before it ends.</summary>
    public static void FixChecksums(Span<byte> file, int from)
    {
        for (var at = from; at + RecordHeader.FixedBytes <= file.Length;)
        {
            var header = RecordHeader.SizeOf(BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 10)..]));
            var payload = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 12)..]);
            if (at + header + (long)payload > file.Length)
            {
                at += 8;
                continue;
            }

            BinaryPrimitives.WriteUInt64LittleEndian(file[(at + 16)..], Keys.PayloadChecksum(file.Slice(at + header, (int)payload)));
            BinaryPrimitives.WriteUInt64LittleEndian(file[at..], Keys.HeaderChecksum(file[(at + 8)..(at + header)], Id, at));
            at += header + (int)RecordHeader.Align(payload);
        }
    }

    private static void Append(ArrayBufferWriter<byte> output, RecordKind kind, ReadOnlySpan<byte> hash, ReadOnlySpan<byte> payload)
    {
        var record = new byte[RecordHeader.SizeOf(hash.Length, payload.Length)];
        var offset = SegmentFormat.HeaderBytes + output.WrittenCount;
        var header = RecordHeader.Write(record, Keys, Id, offset, kind, hash, (uint)payload.Length, Keys.PayloadChecksum(payload));
        payload.CopyTo(record.AsSpan(header));
        output.Write(record);
    }
}
