using System.Buffers.Binary;
using System.IO.Hashing;
using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Storage.Segments;

namespace IpfsKit.Fuzz.Tests.Targets.Storage;

/// <summary>A manifest of a store. The checksum of the first copy is made right again, or no change would ever be seen.</summary>
internal sealed class ManifestTarget : IFuzzTarget
{
    private const int MaxCopyBytes = 16 * 1024;

    private readonly byte[] _fixed = new byte[MaxCopyBytes];

    public string Name => "store-manifest";

    public IEnumerable<byte[]> Seeds { get; } = [Make([]), Make([1]), Make([1, 2, 300])];

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        var bytes = FixChecksum(input.Span);
        return ManifestData.Parse(bytes, out _) is not null ? FuzzOutcome.Accepted
            : bytes.StartsWith("IPFSKMAN"u8) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
    }

    public long GetAllowedBytes(int inputBytes) => 512 + (2 * inputBytes);

    public void Recheck(ReadOnlyMemory<byte> input)
    {
        var manifest = ManifestData.Parse(FixChecksum(input.Span), out var newer)!;
        Assert.Equal(0, newer);
        var again = ManifestData.Parse(manifest.ToBytes(), out _)!;
        Assert.Equal(manifest with { SegmentIds = [] }, again with { SegmentIds = [] });
        Assert.Equal(manifest.SegmentIds, again.SegmentIds);
    }

    private Span<byte> FixChecksum(ReadOnlySpan<byte> input)
    {
        var bytes = _fixed.AsSpan(0, Math.Min(input.Length, MaxCopyBytes));
        input[..bytes.Length].CopyTo(bytes);
        if (bytes.Length < 80)
            return bytes;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (length >= 80 && length <= bytes.Length)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], XxHash3.HashToUInt64(bytes[24..length]));
        return bytes;
    }

    /// <summary>One copy, without what fills it up: smaller inputs see more.</summary>
    private static byte[] Make(long[] segments)
    {
        var bytes = new ManifestData(7, new Guid("0f8fad5b-d9cb-469f-a165-70867728950e"), new StoreKeys(1, 2), 301, segments).ToBytes();
        return bytes[..(80 + (8 * segments.Length))];
    }
}
