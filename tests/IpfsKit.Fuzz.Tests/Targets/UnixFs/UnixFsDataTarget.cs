using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.UnixFs;

/// <summary>The message inside a UnixFS node.</summary>
internal sealed class UnixFsDataTarget : ThrowingTarget
{
    public override string Name => "unixfs-data";

    public override IEnumerable<byte[]> Seeds { get; } =
    [
        new UnixFsData { Type = UnixFsType.Directory }.Encode(),
        new UnixFsData { Type = UnixFsType.Raw, Data = "raw"u8.ToArray(), FileSize = 3 }.Encode(),
        new UnixFsData { Type = UnixFsType.File, Data = "data"u8.ToArray(), FileSize = 4, Mode = 0x1a4, ModificationTime = new UnixFsTime(-5, 999_999_999) }.Encode(),
        new UnixFsData { Type = UnixFsType.File, FileSize = 1ul << 40, BlockSizes = [1, 1 << 20, 1ul << 40, ulong.MaxValue] }.Encode(),
        new UnixFsData { Type = UnixFsType.Symlink, Data = "../target"u8.ToArray(), ModificationTime = new UnixFsTime(long.MaxValue) }.Encode(),
        new UnixFsData { Type = UnixFsType.HamtShard, Data = new byte[] { 0x81, 0x01 }, HashType = (ulong)Multicodec.Murmur3X64_64, Fanout = 256, Mode = uint.MaxValue }.Encode(),

        // Packed block sizes and a field that nobody knows.
        [0x08, 0x02, 0x22, 0x03, 0x05, 0x80, 0x01, 0x18, 0x85, 0x01, 0x7a, 0x01, 0xff],
    ];

    /// <summary>A packed size of one byte becomes eight in a list that grows by doubling.</summary>
    public override long GetAllowedBytes(int inputBytes) => ExceptionBytes + (32 * inputBytes);

    protected override void Decode(ReadOnlyMemory<byte> input) => UnixFsData.Decode(input);

    protected override bool IsDeclared(Exception exception) => exception is UnixFsException;

    protected override bool PassesHeader(ReadOnlySpan<byte> input) => input.Length > 1 && input[0] == 0x08 && input[1] <= (byte)UnixFsType.HamtShard;

    public override void Recheck(ReadOnlyMemory<byte> input)
    {
        // Order, packing and unknown fields are lost; what the message says is not.
        var data = UnixFsData.Decode(input);
        var again = UnixFsData.Decode(data.Encode());
        Assert.Equal(data with { Data = null, BlockSizes = [] }, again with { Data = null, BlockSizes = [] });
        Assert.Equal(data.BlockSizes, again.BlockSizes);
        Assert.Equal(data.Data?.ToArray(), again.Data?.ToArray());
        data.ModificationTime?.ToDateTimeOffset();
    }
}
