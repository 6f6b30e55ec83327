using System.Buffers.Binary;
using System.IO.Hashing;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Storage;
using IpfsKit.Storage.Segments;

namespace IpfsKit.Fuzz.Tests.Targets.Storage;

/// <summary>The end of a sealed segment: the trailer, and the footer that it points to.</summary>
internal sealed class SegmentFooterTarget : ThrowingTarget
{
    private static readonly MemoryFile File = new();

    public override string Name => "segment-footer";

    public override IEnumerable<byte[]> Seeds { get; } = [Make(0), Make(1), Make(20)];

    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (16 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input)
    {
        foreach (var _ in Read(input) ?? throw new StorageCorruptedException("segment", "its footer is damaged."))
        {
        }
    }

    /// <summary>Entries are read when they are asked for, so a malformed one shows there.</summary>
    protected override bool IsDeclared(Exception exception) => exception is StorageCorruptedException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => SegmentFooter.Find(File, SegmentRecords.Id) is not null;

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        var entries = Read(input)!.ToList();
        var copy = new MemoryFile();
        copy.Set(SegmentFormat.HeaderBytes, []);
        var segment = SegmentRecords.Open(copy, SegmentFormat.HeaderBytes);
        SegmentFooter.Write(segment, SegmentRecords.Keys, entries);
        Assert.Equal(entries, SegmentFooter.TryRead(segment, SegmentRecords.Keys));
    }

    private static IEnumerable<DirectoryEntry>? Read(ReadOnlyMemory<byte> input)
    {
        File.Set(SegmentFormat.HeaderBytes, input.Span);
        SegmentRecords.FixChecksums(File.Span, SegmentFormat.HeaderBytes);
        if (input.Length >= SegmentFormat.TrailerBytes)
        {
            var trailer = File.Span[^SegmentFormat.TrailerBytes..];
            input.Span[^SegmentFormat.TrailerBytes..].CopyTo(trailer);
            BinaryPrimitives.WriteUInt64LittleEndian(trailer[32..], XxHash3.HashToUInt64(trailer[..32]));
        }

        return SegmentFooter.Find(File, SegmentRecords.Id) is { } start ? SegmentFooter.TryRead(SegmentRecords.Open(File, start), SegmentRecords.Keys) : null;
    }

    private static byte[] Make(int entries)
    {
        var file = new MemoryFile();
        file.Set(SegmentFormat.HeaderBytes, []);
        SegmentFooter.Write(SegmentRecords.Open(file, SegmentFormat.HeaderBytes), SegmentRecords.Keys, Enumerable.Range(0, entries)
            .Select(i => new DirectoryEntry(RecordKind.Put, 64 + (i * 128), 100 + i, CidSeeds.All[i % CidSeeds.All.Count].Hash)));
        return file.Span[SegmentFormat.HeaderBytes..].ToArray();
    }
}
