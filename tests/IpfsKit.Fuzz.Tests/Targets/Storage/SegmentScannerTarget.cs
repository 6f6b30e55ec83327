using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Storage.Segments;

namespace IpfsKit.Fuzz.Tests.Targets.Storage;

/// <summary>The records of a segment without a footer: their headers, the search for the next whole one, the markers.</summary>
internal sealed class SegmentScannerTarget : IFuzzTarget
{
    private static readonly MemoryFile File = new();

    public string Name => "segment-records";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        SegmentRecords.AppendGroup([], 1, 0),
        SegmentRecords.AppendGroup([], 1, 1),
        SegmentRecords.AppendGroup(SegmentRecords.AppendGroup(SegmentRecords.AppendGroup([], 1, 2), 2, 5), 3, 1),
    ];

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        var segment = Open(input);
        foreach (var _ in Scan(segment).Groups())
            return FuzzOutcome.Accepted;
        return RecordReader.TryReadHeader(segment, SegmentRecords.Keys, SegmentFormat.HeaderBytes, out _, out _) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
    }

    /// <summary>The window, the entries and what is known of a group whose marker is lost.</summary>
    public long GetAllowedBytes(int inputBytes) => (68 * 1024) + (64 * inputBytes);

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        var scanner = Scan(Open(input));
        var end = (long)SegmentFormat.HeaderBytes;
        foreach (var group in scanner.Groups())
        {
            Assert.True(group.Start <= group.MarkerOffset && group.MarkerOffset >= end && group.End >= group.MarkerOffset && group.End <= File.Length);
            // A group whose marker is lost ends where the next marker says that its own begins.
            Assert.True(group.IsIncomplete || group.End % 8 == 0);
            Assert.True(group.IsDamaged || !group.IsIncomplete);
            end = group.End;
        }

        Assert.Equal(end, scanner.End);
    }

    private static Segment Open(ReadOnlyMemory<byte> input)
    {
        File.Set(SegmentFormat.HeaderBytes, input.Span);
        SegmentRecords.FixChecksums(File.Span, SegmentFormat.HeaderBytes);
        return SegmentRecords.Open(File, File.Length);
    }

    private static SegmentScanner Scan(Segment segment) => new(segment, SegmentRecords.Keys, SegmentFormat.HeaderBytes, File.Length, isCommitted: false, readAround: true);
}
