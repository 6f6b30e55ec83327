using System.Buffers;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets.Multiformats;
using IpfsKit.Storage.Segments;

namespace IpfsKit.Fuzz.Tests.Targets.Storage;

/// <summary>The payload of a marker in a segment: what recovery reads from a damaged disk whose checksum happens to be right.</summary>
internal sealed class GroupMarkerTarget : IFuzzTarget
{
    public string Name => "segment-marker";

    public IEnumerable<byte[]> Seeds { get; } = [Make(0), Make(1), Make(7)];

    public FuzzOutcome Run(ReadOnlyMemory<byte> input) =>
        GroupMarker.TryRead(input.Span, out _) ? FuzzOutcome.Accepted
        : input.Length >= GroupMarker.FixedBytes && BitConverter.ToInt32(input.Span[16..]) is >= 0 and <= GroupMarker.MaxEntries
            ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;

    /// <summary>An entry of twelve bytes becomes a value of about 80, and a long digest an array.</summary>
    public long GetAllowedBytes(int inputBytes) => 256 + (16 * inputBytes);

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        GroupMarker.TryRead(input.Span, out var marker);
        var output = new ArrayBufferWriter<byte>();
        GroupMarker.WriteFixed(output.GetSpan(GroupMarker.FixedBytes), marker!.Sequence, marker.GroupStart, marker.Entries.Count);
        output.Advance(GroupMarker.FixedBytes);
        foreach (var entry in marker.Entries)
            DirectoryEntry.Write(output, entry.Kind, entry.Offset, entry.PayloadLength, entry.Hash.ToBytes());
        // Four bytes of the fixed part are reserved and not looked at.
        Assert.Equal([.. input[..20].ToArray(), 0, 0, 0, 0, .. input[24..].ToArray()], output.WrittenSpan.ToArray());
    }

    private static byte[] Make(int entries)
    {
        var output = new ArrayBufferWriter<byte>();
        GroupMarker.WriteFixed(output.GetSpan(GroupMarker.FixedBytes), sequence: 5, groupStart: 64, entries);
        output.Advance(GroupMarker.FixedBytes);
        for (var i = 0; i < entries; i++)
            DirectoryEntry.Write(output, RecordKind.Put, 64 + (i * 128), 100 + i, CidSeeds.All[i % CidSeeds.All.Count].Hash.ToBytes());
        return output.WrittenSpan.ToArray();
    }
}
