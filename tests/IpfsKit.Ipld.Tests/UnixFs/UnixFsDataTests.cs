using CsCheck;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class UnixFsDataTests
{
    private static readonly Gen<UnixFsData> AnyData =
        from type in Gen.Int[0, 5]
        from data in Gen.Byte.Array[0, 300].Null()
        from fileSize in Gen.ULong.Nullable()
        from blockSizes in Gen.ULong.Array[0, 20]
        from hashType in Gen.ULong.Nullable()
        from fanout in Gen.ULong.Nullable()
        from mode in Gen.UInt.Nullable()
        from time in Gen.Select(Gen.Long, Gen.UInt[0, 999_999_999], (seconds, fraction) => new UnixFsTime(seconds, fraction)).Nullable()
        select new UnixFsData
        {
            Type = (UnixFsType)type,
            Data = data is null ? null : (ReadOnlyMemory<byte>)data,
            FileSize = fileSize,
            BlockSizes = blockSizes,
            HashType = hashType,
            Fanout = fanout,
            Mode = mode,
            ModificationTime = time,
        };

    [Fact]
    public void Encode_AnyMessage_DecodesToTheSame() => AnyData.Sample(
        data =>
        {
            var decoded = UnixFsData.Decode(data.Encode());
            AssertSame(data, decoded);
            Assert.Equal(data.Encode(), decoded.Encode());
        },
        iter: Soak.Count(2000, 1_000_000));

    [Fact]
    public void Decode_AnyBytes_ThrowsNothingButUnixFsException() => Gen.Byte.Array[0, 60].Sample(
        bytes =>
        {
            try
            {
                _ = UnixFsData.Decode(bytes);
            }
            catch (UnixFsException)
            {
                // Expected of most inputs.
            }
        },
        iter: Soak.Count(20_000, 10_000_000));

    [Fact]
    public void Decode_MutatedMessage_ThrowsNothingButUnixFsException() => Gen.Select(AnyData, Gen.Int, Gen.Byte).Sample(
        (data, position, value) =>
        {
            var bytes = data.Encode();
            bytes[(uint)position % bytes.Length] = value;
            try
            {
                _ = UnixFsData.Decode(bytes);
            }
            catch (UnixFsException)
            {
                // Expected of most inputs.
            }
        },
        iter: Soak.Count(20_000, 10_000_000));

    [Fact]
    public void Decode_PackedBlockSizes_AreAccepted()
    {
        // Type = File, filesize = 300, blocksizes packed = [100, 200].
        var data = UnixFsData.Decode(Convert.FromHexString("080218ac0222036" + "4c801"));
        Assert.Equal(300u, data.FileSize);
        Assert.Equal([100, 200], data.BlockSizes);
    }

    [Fact]
    public void Decode_FieldsInAnotherOrderAndUnknownFields_AreAccepted()
    {
        // filesize = 5, unknown fields 9 to 12 of each wire type, Data = "hello", Type = File.
        var data = UnixFsData.Decode(Convert.FromHexString("1805" + "4801" + "51" + "0000000000000000" + "5a0100" + "65" + "00000000" + "120568656c6c6f" + "0802"));
        Assert.Equal(UnixFsType.File, data.Type);
        Assert.Equal("hello"u8.ToArray(), data.Data!.Value.ToArray());
        Assert.Equal(5u, data.FileSize);
    }

    [Theory]
    [InlineData("", "the type is missing")]
    [InlineData("1805", "the type is missing")]
    [InlineData("0806", "the type 6 is not known")]
    [InlineData("08", "truncated")]
    [InlineData("0802 12", "truncated")]
    [InlineData("0802 1205 68", "truncated")]
    [InlineData("0802 12ffffffff0f", "truncated")]
    [InlineData("0802 12ffffffffffffffffff01", "truncated")]
    [InlineData("0802 0802", "field 1 is there twice")]
    [InlineData("0802 1801 1801", "field 3 is there twice")]
    [InlineData("0802 188000", "not in its shortest form")]
    [InlineData("0802 18ffffffffffffffffff7f", "does not fit 64 bits")]
    [InlineData("0802 1a00", "field 3 has the wire type 2")]
    [InlineData("0a00", "field 1 has the wire type 2")]
    [InlineData("0802 00", "the field tag 0 is not valid")]
    [InlineData("0802 4b", "the wire type 3 is not supported")]
    [InlineData("0802 388080808010", "the mode 4294967296 does not fit 32 bits")]
    [InlineData("0802 4200", "has no seconds")]
    [InlineData("0802 42070801 15 00000000", "the fraction 0 ")]
    [InlineData("0802 42070801 15 00ca9a3b", "the fraction 1000000000 ")]
    [InlineData("0802 4204 0801 0801", "a field twice")]
    [InlineData("0802 42020a00", "another wire type")]
    [InlineData("0802 4202 0801 2201 80", "truncated")]
    public void Decode_MalformedMessage_NamesTheFault(string hex, string reason)
    {
        var exception = Assert.Throws<UnixFsException>(() => UnixFsData.Decode(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_ManyBlockSizes_AllocatesAtMostAConstantTimesTheInput()
    {
        var message = new byte[(1 << 20) + 2];
        message[0] = 8;
        message[1] = 2;
        for (var i = 2; i < message.Length; i += 2)
            message[i] = 0x20;
        _ = UnixFsData.Decode(message);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var data = UnixFsData.Decode(message);
        Assert.Equal(1 << 19, data.BlockSizes.Count);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 16L * message.Length);
    }

    [Fact]
    public void Decode_PackedBlockSizesOfOneByte_AllocatesAtMostWhatIsPromised()
    {
        // One more than a power of two: the list has just doubled.
        const int sizes = (1 << 20) + 1;
        byte[] message = [0x08, 0x02, 0x22, 0x81, 0x80, 0x40, .. new byte[sizes]];
        _ = UnixFsData.Decode(message);
        // The least of several, since the runtime allocates on this thread as well when it compiles the method anew.
        var allocated = long.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var data = UnixFsData.Decode(message);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(sizes, data.BlockSizes.Count);
        }

        Assert.InRange(allocated, 24L * message.Length, (32L * message.Length) + 1024);
    }

    [Theory]
    [InlineData("dagpb_empty")]
    [InlineData("dagpb_1link")]
    [InlineData("dagpb_2link+data")]
    [InlineData("dagpb_11unnamedlinks+data")]
    [InlineData("dagpb_Data_some")]
    [InlineData("dagpb_Data_zero")]
    [InlineData("dagpb_Links_Hash_some")]
    [InlineData("dagpb_Links_Hash_some_Name_some")]
    [InlineData("dagpb_Links_Hash_some_Name_zero")]
    [InlineData("dagpb_Links_Hash_some_Tsize_some")]
    [InlineData("dagpb_Links_Hash_some_Tsize_zero")]
    [InlineData("dagpb_simple_forms_1")]
    [InlineData("dagpb_simple_forms_2")]
    [InlineData("dagpb_simple_forms_3")]
    [InlineData("dagpb_simple_forms_4")]
    public void Stat_DagPbThatIsNoUnixFs_IsRefusedWithItsCid(string fixture)
    {
        // The spec's "Invalid Test Cases".
        using var block = CodecFixture(fixture);
        var exception = Assert.Throws<UnixFsException>(() => UnixFsStat.FromBlock(block));
        Assert.Equal(block.Cid, exception.Cid);
        Assert.Contains(block.Cid.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stat_FileWhoseChildrenAreMissing_NeedsTheRootAlone()
    {
        using var block = CodecFixture("dagpb_7unnamedlinks+data");
        var stat = UnixFsStat.FromBlock(block);
        Assert.Equal(UnixFsType.File, stat.Type);
        Assert.Equal(7, stat.LinkCount);
        Assert.Equal(306u, (ulong)stat.FileBytes / 1_000_000);
    }

    [Theory]
    [InlineData(0L, 0u, "1970-01-01T00:00:00Z")]
    [InlineData(1_700_000_000L, 123_456_700u, "2023-11-14T22:13:20.1234567Z")]
    [InlineData(-1L, 999_999_900u, "1969-12-31T23:59:59.9999999Z")]
    [InlineData(-62135596800L, 0u, "0001-01-01T00:00:00Z")]
    public void Time_ToAndFromDateTimeOffset_IsTheSameInstant(long seconds, uint nanoseconds, string expected)
    {
        var instant = DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(instant, new UnixFsTime(seconds, nanoseconds).ToDateTimeOffset());
        Assert.Equal(new UnixFsTime(seconds, nanoseconds), UnixFsTime.FromDateTimeOffset(instant));
    }

    [Fact]
    public void Time_OutsideTheYearsOfDotNet_IsTheNearest()
    {
        Assert.Equal(DateTimeOffset.MinValue, new UnixFsTime(long.MinValue).ToDateTimeOffset());
        Assert.Equal(9999, new UnixFsTime(long.MaxValue, 999_999_999).ToDateTimeOffset().Year);
        Assert.Throws<ArgumentOutOfRangeException>(() => new UnixFsTime(0, 1_000_000_000));
    }

    internal static void AssertSame(UnixFsData expected, UnixFsData actual)
    {
        Assert.Equal(expected.Type, actual.Type);
        Assert.Equal(expected.Data?.ToArray(), actual.Data?.ToArray());
        Assert.Equal(expected.FileSize, actual.FileSize);
        Assert.Equal(expected.BlockSizes, actual.BlockSizes);
        Assert.Equal(expected.HashType, actual.HashType);
        Assert.Equal(expected.Fanout, actual.Fanout);
        Assert.Equal(expected.Mode, actual.Mode);
        Assert.Equal(expected.ModificationTime, actual.ModificationTime);
    }

    private static Block CodecFixture(string name)
    {
        var file = Directory.GetFiles(Fixtures.Path("ipld-codecs", "fixtures", name), "*.dag-pb").Single();
        return Block.CreateVerified(Multiformats.Cid.Parse(Path.GetFileNameWithoutExtension(file)), File.ReadAllBytes(file));
    }
}
