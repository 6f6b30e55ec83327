using CsCheck;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.Codecs;

public sealed class DagCborCodecTests
{
    [Theory]
    [InlineData("", "ends where an item")]
    [InlineData("00 00", "1 bytes follow")]
    [InlineData("18 17", "shortest")]
    [InlineData("19 00ff", "shortest")]
    [InlineData("1a 0000ffff", "shortest")]
    [InlineData("1b 00000000ffffffff", "shortest")]
    [InlineData("1b 0000", "inside a head")]
    [InlineData("38 17", "shortest")]
    [InlineData("58 01 00", "shortest")]
    [InlineData("78 01 61", "shortest")]
    [InlineData("98 01 00", "shortest")]
    [InlineData("b8 01 6161 00", "shortest")]
    [InlineData("1c", "reserved")]
    [InlineData("fc", "simple value")]
    [InlineData("5f 4100 ff", "indefinite")]
    [InlineData("7f 6161 ff", "indefinite")]
    [InlineData("9f 00 ff", "indefinite")]
    [InlineData("bf 6161 00 ff", "indefinite")]
    [InlineData("ff", "simple value")]
    [InlineData("f7", "simple value")]
    [InlineData("f8 ff", "simple value")]
    [InlineData("e0", "simple value")]
    [InlineData("f9 3c00", "64 bits")]
    [InlineData("fa 3f800000", "64 bits")]
    [InlineData("fb 7ff8000000000000", "NaN")]
    [InlineData("fb 7ff0000000000000", "infinities")]
    [InlineData("fb fff0000000000000", "infinities")]
    [InlineData("fb 3ff0", "inside a float")]
    [InlineData("c0 00", "tag 0")]
    [InlineData("c2 41 01", "tag 2")]
    [InlineData("d9 d9f7 00", "tag 55799")]
    [InlineData("d9 002a 450001550000", "shortest")]
    [InlineData("d8 2a 450101550000", "0x00")]
    [InlineData("d8 2a 40", "0x00")]
    [InlineData("d8 2a 41 00", "does not hold a CID")]
    [InlineData("d8 2a 46 00 01550000 00", "does not hold a CID")]
    [InlineData("d8 2a 60", "must hold bytes")]
    [InlineData("d8 2a", "must hold bytes")]
    [InlineData("a1 00 00", "must be text")]
    [InlineData("a1 41 61 00", "must be text")]
    [InlineData("a2 6161 00 6161 01", "repeated")]
    [InlineData("a2 6162 00 6161 00", "out of order")]
    [InlineData("a2 626161 00 6162 00", "out of order")]
    [InlineData("61 ff", "UTF-8")]
    [InlineData("63 eda080", "UTF-8")]
    [InlineData("a1 61ff 00", "UTF-8")]
    [InlineData("41", "1 bytes are claimed")]
    [InlineData("5b 7fffffffffffffff", "are claimed")]
    [InlineData("7b ffffffffffffffff", "are claimed")]
    [InlineData("9a ffffffff", "entries are claimed")]
    [InlineData("9b ffffffffffffffff", "entries are claimed")]
    [InlineData("bb 7fffffffffffffff 00", "entries are claimed")]
    [InlineData("82 82 00 00", "entries are claimed")]
    public void Decode_NotCanonical_IsRefused(string hex, string reason) =>
        CodecAssert.Refuses(Multicodec.DagCbor, Hex(hex), reason);

    [Theory]
    [InlineData("00")]
    [InlineData("1b ffffffffffffffff")]
    [InlineData("3b ffffffffffffffff")]
    [InlineData("fb 8000000000000000")]
    [InlineData("fb 0000000000000001")]
    [InlineData("a2 6162 00 626161 00")]
    [InlineData("d8 2a 45 00 01550000")]
    public void Decode_Canonical_EncodesToTheSameBytes(string hex) =>
        Assert.Equal(Hex(hex), CodecAssert.Encode(Multicodec.DagCbor, CodecAssert.Decode(Multicodec.DagCbor, Hex(hex))));

    [Theory]
    [InlineData("a2 6162 d82a4500 01550000 6161 f93c00")]
    [InlineData("a2 626161 00 6162 d82a4500 01550000")]
    [InlineData("98 01 d9002a 4500 01550000")]
    [InlineData("82 d82a 5805 00 01550000 1b 0000000000000001")]
    public void ReadLinks_HistoricalForms_AreToleratedThoughDecodeRefusesThem(string hex)
    {
        Assert.Throws<CodecException>(() => CodecAssert.Decode(Multicodec.DagCbor, Hex(hex)));
        Assert.Equal("bafkqaaa", Assert.Single(CodecAssert.Links(Multicodec.DagCbor, Hex(hex))).ToString());
    }

    [Theory]
    [InlineData("f7")]
    [InlineData("9f ff")]
    [InlineData("c0 00")]
    [InlineData("00 00")]
    [InlineData("9b ffffffffffffffff")]
    [InlineData("d82a 41 00")]
    public void ReadLinks_WhatNobodyEverWrote_IsRefused(string hex) =>
        Assert.Throws<CodecException>(() => CodecAssert.Links(Multicodec.DagCbor, Hex(hex)));

    [Fact]
    public void Decode_NestedToTheLimit_IsAcceptedAndOneDeeperRefused()
    {
        var deepest = CodecAssert.Nested(CodecLimits.MaxDepth);
        var bytes = CodecAssert.Encode(Multicodec.DagCbor, deepest);
        Assert.Equal(deepest, CodecAssert.Decode(Multicodec.DagCbor, bytes));
        CodecAssert.Refuses(Multicodec.DagCbor, [0x81, .. bytes], "nest deeper");
        CodecAssert.RefusesToEncode(Multicodec.DagCbor, new IpldNode.List([deepest]), "nest deeper");
    }

    [Fact]
    public void Decode_AMillionOpenLists_IsRefusedWithoutOverflow() =>
        CodecAssert.Refuses(Multicodec.DagCbor, [.. Enumerable.Repeat((byte)0x81, 1 << 20)], "nest deeper");

    [Fact]
    public void ReadLinks_AMillionOpenLists_DoesNotRecurse() =>
        Assert.Empty(CodecAssert.Links(Multicodec.DagCbor, [.. Enumerable.Repeat((byte)0x81, 1 << 20), 0x80]));

    [Fact]
    public void Decode_NestedListsThatEachClaimTheRest_AllocatesByWhatIsThere()
    {
        // Each level claims as many items as bytes are left: sized by the claims, this would take gigabytes.
        var bytes = new byte[1 << 20];
        for (var at = 0; at + 5 < bytes.Length; at += 5)
        {
            bytes[at] = 0x9a;
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at + 1), bytes.Length - at - 5);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<CodecException>(() => CodecAssert.Decode(Multicodec.DagCbor, bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16L * bytes.Length);
    }

    [Fact]
    public void Decode_TheMostNodesForTheBytes_StaysWithinAConstantTimesTheBlock()
    {
        // Lists of one one-byte text: the dearest node for its bytes.
        byte[] bytes = [0x9a, 0x00, 0x05, 0x55, 0x55, .. Enumerable.Repeat<byte[]>([0x81, 0x61, 0x61], 0x55555).SelectMany(b => b)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        CodecAssert.Decode(Multicodec.DagCbor, bytes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L * bytes.Length);
    }

    [Fact]
    public void ReadLinks_BlockWithoutLinks_AllocatesNothing()
    {
        var bytes = CodecAssert.Encode(Multicodec.DagCbor, CodecAssert.Json("""{"a":[1,2,{"b":"text"}],"c":{"/":{"bytes":"AAEC"}}}"""));
        var codec = IpldCodecs.Default.Get(Multicodec.DagCbor);
        var links = new List<Cid>(4);
        codec.ReadLinks(bytes, links);
        var before = GC.GetAllocatedBytesForCurrentThread();
        codec.ReadLinks(bytes, links);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Encode_MapInAnyOrder_SortsByLengthThenBytes()
    {
        var node = new IpldNode.Map([.. Unsorted.Select(k => new KeyValuePair<string, IpldNode>(k, IpldNode.Null.Value))]);
        var decoded = Assert.IsType<IpldNode.Map>(CodecAssert.Decode(Multicodec.DagCbor, CodecAssert.Encode(Multicodec.DagCbor, node)));
        Assert.Equal(["", "a", "b", "aa", "\uffff", "\U00010000"], decoded.Entries.Select(e => e.Key));
    }

    [Fact]
    public void Encode_WhatHasNoForm_IsRefused()
    {
        CodecAssert.RefusesToEncode(Multicodec.DagCbor, new IpldNode.Float(double.NaN), "NaN");
        CodecAssert.RefusesToEncode(Multicodec.DagCbor, new IpldNode.Float(double.PositiveInfinity), "infinities");
        CodecAssert.RefusesToEncode(Multicodec.DagCbor, new IpldNode.Integer((Int128)ulong.MaxValue + 1), "outside");
        CodecAssert.RefusesToEncode(Multicodec.DagCbor, new IpldNode.Integer(-(Int128)ulong.MaxValue - 2), "outside");
        CodecAssert.RefusesToEncode(Multicodec.DagCbor, new IpldNode.String("\ud800"), "surrogate");
        CodecAssert.RefusesToEncode(Multicodec.DagCbor, new IpldNode.Link(default), "no CID");
        CodecAssert.RefusesToEncode(Multicodec.DagCbor, new IpldNode.Map([new("a", IpldNode.Null.Value), new("a", IpldNode.Null.Value)]), "twice");
    }

    [Fact]
    public void Codec_RandomNodes_RoundTripAndListTheirLinks() =>
        IpldGen.Nodes.Sample(
            node =>
            {
                var bytes = CodecAssert.Encode(Multicodec.DagCbor, node);
                var decoded = CodecAssert.Decode(Multicodec.DagCbor, bytes);
                Assert.Equal(node, decoded);
                Assert.Equal(node.GetHashCode(), decoded.GetHashCode());
                Assert.Equal(bytes, CodecAssert.Encode(Multicodec.DagCbor, decoded));
                Assert.Equal(IpldGen.LinksOf(decoded), CodecAssert.Links(Multicodec.DagCbor, bytes));
            },
            iter: Soak.Count(500, 200_000));

    [Fact]
    public void Decode_MutatedBlocks_AreRefusedOrCanonical() =>
        Gen.Select(IpldGen.Nodes, Gen.Select(Gen.Int[0, 1 << 16], Gen.Byte).Array[1, 4]).Sample(
            (node, edits) =>
            {
                var bytes = CodecAssert.Encode(Multicodec.DagCbor, node);
                foreach (var (at, value) in edits)
                    bytes[at % bytes.Length] = value;
                IpldNode decoded;
                try
                {
                    decoded = CodecAssert.Decode(Multicodec.DagCbor, bytes);
                }
                catch (CodecException)
                {
                    return;
                }

                Assert.Equal(bytes, CodecAssert.Encode(Multicodec.DagCbor, decoded));
            },
            iter: Soak.Count(500, 200_000));

    private static readonly string[] Unsorted = ["aa", "b", "\U00010000", "\uffff", "a", ""];

    private static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
