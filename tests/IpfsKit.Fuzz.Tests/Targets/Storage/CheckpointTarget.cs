using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Storage.Segments;

namespace IpfsKit.Fuzz.Tests.Targets.Storage;

/// <summary>A checkpoint of the index: its header and its tables, whose checksums are made right again.</summary>
internal sealed class CheckpointTarget : IFuzzTarget
{
    private const long MostIndexed = 2_000;

    private static readonly ManifestData Manifest = new(7, new Guid("0f8fad5b-d9cb-469f-a165-70867728950e"), SegmentRecords.Keys, 301, [3, 300]);

    private static readonly MemoryFile File = new();
    private static readonly MemoryFiles Files = new(CheckpointFormat.FileName(1), File);
    private static StoreIndex _index = new();

    public string Name => "store-checkpoint";

    public IEnumerable<byte[]> Seeds { get; } = [Make(0, 0), Make(1, 1), Make(2, 1), Make(3, 40)];

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        // An index is too dear to be made for every input, and grows with each.
        if (_index.Count > MostIndexed)
        {
            _index.Dispose();
            _index = new StoreIndex();
        }

        FixChecksums(input.Span);
        using var reader = CheckpointReader.OpenNewest(Files, "", Manifest);
        if (reader is null)
            return CheckpointFormat.HeaderLength(File.Span) > 0 ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
        return reader.TryLoad(_index, [.. reader.Slots.Values], stamp: 9) ? FuzzOutcome.Accepted : FuzzOutcome.Refused;
    }

    /// <summary>The header, its segments twice, and a table that is a quarter larger than its entries.</summary>
    public long GetAllowedBytes(int inputBytes) => 4096 + (16 * inputBytes);

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        FixChecksums(input.Span);
        using var reader = CheckpointReader.OpenNewest(Files, "", Manifest)!;
        var slots = reader.Slots.Values.ToHashSet();
        var before = _index.Count;
        Assert.True(reader.TryLoad(_index, slots, stamp: 9));
        Assert.InRange(_index.Count - before, 0, input.Length / CheckpointFormat.EntryBytes);
        Assert.True(slots.Count > 0 || _index.Count == before);
    }

    private static void FixChecksums(ReadOnlySpan<byte> input)
    {
        File.Set(0, input);
        var file = File.Span;
        var at = CheckpointFormat.HeaderLength(file);
        if (at < CheckpointFormat.FixedBytes || at > file.Length)
            return;
        BinaryPrimitives.WriteUInt64LittleEndian(file[16..], XxHash3.HashToUInt64(file[24..at]));
        while (at + CheckpointFormat.ChunkHeaderBytes <= file.Length)
        {
            var table = BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);
            var bytes = (long)BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]) * CheckpointFormat.EntryBytes;
            var start = at + CheckpointFormat.ChunkHeaderBytes;
            if (table == CheckpointFormat.End || start + bytes > file.Length)
                return;
            BinaryPrimitives.WriteUInt64LittleEndian(file[(at + 8)..], XxHash3.HashToUInt64(file.Slice(start, (int)bytes), SegmentRecords.Keys.ChecksumSeed + table));
            at = start + (int)bytes;
        }
    }

    private static byte[] Make(int tables, int entries)
    {
        var file = new MemoryFile();
        var output = new ArrayBufferWriter<byte>();
        output.Write(CheckpointFormat.Header(Manifest, new LogPosition(3, 64, 1), tables == 0 ? [] : [SegmentRecords.Open(file, 64)]));
        for (var table = 0; table < tables; table++)
        {
            var list = Enumerable.Range(0, entries).Select(i => new IndexEntry(((ulong)table << 52) + (ulong)i, new RecordLocation(1, 64 + (i * 128), 64), 1)).ToArray();
            var bytes = MemoryMarshal.AsBytes(list.AsSpan());
            Chunk((uint)table, entries, XxHash3.HashToUInt64(bytes, SegmentRecords.Keys.ChecksumSeed + table));
            output.Write(bytes);
        }

        Chunk(CheckpointFormat.End, 0, (ulong)(tables * entries));
        return output.WrittenSpan.ToArray();

        void Chunk(uint table, int count, ulong checksum)
        {
            Span<byte> header = stackalloc byte[CheckpointFormat.ChunkHeaderBytes];
            BinaryPrimitives.WriteUInt32LittleEndian(header, table);
            BinaryPrimitives.WriteInt32LittleEndian(header[4..], count);
            BinaryPrimitives.WriteUInt64LittleEndian(header[8..], checksum);
            output.Write(header);
        }
    }
}
