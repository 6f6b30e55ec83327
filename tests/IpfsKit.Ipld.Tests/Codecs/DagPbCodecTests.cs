using System.Buffers;
using CsCheck;
using IpfsKit.Ipld.Codecs.DagPb;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.Codecs;

public sealed class DagPbCodecTests
{
    /// <summary>A link to bafkqaaa: 0a04 01550000.</summary>
    private const string Link = "0a0401550000";

    [Theory]
    [InlineData("0a", "shortest form")]
    [InlineData("0a01", "claims 1 bytes")]
    [InlineData("0aff ffff ffff ffff ffff 01", "claims")]
    [InlineData("0aff ffff ffff ffff ffff 02", "shortest form")]
    [InlineData("0a8000", "shortest form")]
    [InlineData("0a00 0a00", "Data occurs twice")]
    [InlineData("0800", "key 0x08")]
    [InlineData("1200", "begin with its Hash")]
    [InlineData("1a00", "key 0x1a")]
    [InlineData("8a0000", "key 0x8a")]
    [InlineData("1206" + Link + "0a00 1206" + Link, "two places")]
    [InlineData("1202 0a00", "not a CID")]
    [InlineData("1207 0a05 0155000000", "not a CID")]
    [InlineData("1208 1200" + Link, "begin with its Hash")]
    [InlineData("120a" + Link + "1800 1200", "key 0x12")]
    [InlineData("120a" + Link + "1200 1200", "key 0x12")]
    [InlineData("120a" + Link + "1800 1800", "key 0x18")]
    [InlineData("1208" + Link + "2000", "key 0x20")]
    [InlineData("1209" + Link + "188000", "Tsize")]
    [InlineData("1207" + Link + "18", "Tsize")]
    [InlineData("1209" + Link + "1201ff", "UTF-8")]
    public void DecodeNode_Invalid_IsRefused(string hex, string reason) =>
        CodecAssert.Refuses(Multicodec.DagPb, Hex(hex), reason);

    [Fact]
    public void DecodeNode_DataBeforeLinks_IsReadAndWrittenAfterThem()
    {
        var node = DagPbCodec.DecodeNode(Hex("0a0161 1206" + Link));
        Assert.Equal("a"u8, node.Data!.Value.Span);
        Assert.Equal(Hex("1206" + Link + "0a0161"), Encode(node));
    }

    [Fact]
    public void DecodeNode_AbsentAndEmptyFields_AreToldApart()
    {
        Assert.Equal(new DagPbNode(null, []), DagPbCodec.DecodeNode(ReadOnlyMemory<byte>.Empty));
        Assert.Equal(new DagPbNode(ReadOnlyMemory<byte>.Empty, []), DagPbCodec.DecodeNode(Hex("0a00")));
        Assert.NotEqual(new DagPbNode(null, []), new DagPbNode(ReadOnlyMemory<byte>.Empty, []));
        Assert.Equal(new DagPbLink(Cid.Parse("bafkqaaa"), null, null), Assert.Single(DagPbCodec.DecodeNode(Hex("1206" + Link)).Links));
        Assert.Equal(new DagPbLink(Cid.Parse("bafkqaaa"), "", 0), Assert.Single(DagPbCodec.DecodeNode(Hex("120a" + Link + "1200 1800")).Links));
    }

    [Fact]
    public void DecodeNode_Data_PointsIntoTheBlock()
    {
        var block = Hex("0a0161");
        var node = DagPbCodec.DecodeNode(block);
        block[2] = (byte)'b';
        Assert.Equal("b"u8, node.Data!.Value.Span);
    }

    [Fact]
    public void ReadLinks_NamesThatAreNotText_DoNotHinderTheWalk() =>
        Assert.Equal("bafkqaaa", Assert.Single(CodecAssert.Links(Multicodec.DagPb, Hex("1209" + Link + "1201ff"))).ToString());

    [Fact]
    public void ReadLinks_Node_AllocatesNothing()
    {
        var links = Enumerable.Range(0, 174).Select(i => new DagPbLink(Block.Create(Multicodec.Raw, BitConverter.GetBytes(i)).Cid, "", 262_158));
        var block = Encode(new DagPbNode(Hex("0801"), [.. links]));
        var codec = new DagPbCodec();
        var found = new List<Cid>(200);
        codec.ReadLinks(block, found);
        found.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        codec.ReadLinks(block, found);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(174, found.Count);
    }

    [Fact]
    public void DecodeNode_TheMostLinksForTheBytes_StaysWithinAConstantTimesTheBlock()
    {
        byte[] block = [.. Enumerable.Repeat(Hex("1206" + Link), 100_000).SelectMany(b => b)];
        var before = GC.GetAllocatedBytesForCurrentThread();
        DagPbCodec.DecodeNode(block);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16L * block.Length);
    }

    [Fact]
    public void Encode_UnsortedLinks_AreRefusedButEncodeNodeWritesThem()
    {
        var cid = Cid.Parse("bafkqaaa");
        var node = new DagPbNode(null, [new(cid, "b", null), new(cid, "a", null)]);
        var block = Encode(node);
        Assert.Equal(node, DagPbCodec.DecodeNode(block));
        CodecAssert.RefusesToEncode(Multicodec.DagPb, CodecAssert.Decode(Multicodec.DagPb, block), "not sorted");
    }

    [Fact]
    public void CompareNames_AnyText_OrdersAsItsUtf8() =>
        Gen.Select(IpldGen.Text, IpldGen.Text).Sample((x, y) =>
            Assert.Equal(
                Math.Sign(System.Text.Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(y))),
                Math.Sign(DagPbCodec.CompareNames(x, y))),
            iter: 2000);

    [Fact]
    public void EncodeNode_WhatHasNoForm_IsRefused()
    {
        Assert.Throws<CodecException>(() => Encode(new DagPbNode(null, [new(default, null, null)])));
        Assert.Throws<CodecException>(() => Encode(new DagPbNode(null, [new(Cid.Parse("bafkqaaa"), "\ud800", null)])));
        Assert.Throws<CodecException>(() => DagPbCodec.GetEncodedBytes(new DagPbNode(null, [new(default, null, null)])));
    }

    [Fact]
    public void Codec_RandomNodes_RoundTrip() =>
        Nodes.Sample(
            node =>
            {
                var block = Encode(node);
                Assert.Equal(block.Length, DagPbCodec.GetEncodedBytes(node));
                var decoded = DagPbCodec.DecodeNode(block);
                Assert.Equal(node, decoded);
                Assert.Equal(node.GetHashCode(), decoded.GetHashCode());
                Assert.Equal(node.Links.Select(l => l.Hash), CodecAssert.Links(Multicodec.DagPb, block));
                var sorted = node with { Links = [.. node.Links.OrderBy(l => l.Name, Comparer<string?>.Create(DagPbCodec.CompareNames))] };
                Assert.Equal(Encode(sorted), CodecAssert.Encode(Multicodec.DagPb, CodecAssert.Decode(Multicodec.DagPb, Encode(sorted))));
            },
            iter: Soak.Count(500, 200_000));

    [Fact]
    public void DecodeNode_MutatedBlocks_AreRefusedOrWrittenBack() =>
        Gen.Select(Nodes, Gen.Select(Gen.Int[0, 1 << 16], Gen.Byte).Array[1, 4]).Sample(
            (node, edits) =>
            {
                var block = Encode(node);
                foreach (var (at, value) in edits)
                {
                    if (block.Length > 0)
                        block[at % block.Length] = value;
                }

                try
                {
                    // The order of data and links is the one freedom that the format leaves.
                    Assert.Equal(block.Order(), Encode(DagPbCodec.DecodeNode(block)).Order());
                }
                catch (CodecException)
                {
                }
            },
            iter: Soak.Count(500, 200_000));

    private static Gen<DagPbNode> Nodes { get; } = Gen.Select(
        Gen.Byte.Array[0, 40].Null(),
        Gen.Select(IpldGen.Cids, IpldGen.Text.Null(), Gen.ULong.Nullable()).Select((cid, name, size) => new DagPbLink(cid, name, size)).Array[0, 6],
        (data, links) => new DagPbNode(data is null ? null : (ReadOnlyMemory<byte>?)data, links));

    private static byte[] Encode(DagPbNode node)
    {
        var output = new ArrayBufferWriter<byte>();
        DagPbCodec.EncodeNode(node, output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
