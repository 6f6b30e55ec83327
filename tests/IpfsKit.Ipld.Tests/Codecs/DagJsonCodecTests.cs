using System.Text;
using CsCheck;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Ipld.Codecs.DagJson;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.Codecs;

public sealed class DagJsonCodecTests
{
    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{", "JSON")]
    [InlineData("1 2", "JSON")]
    [InlineData("[1,]", "JSON")]
    [InlineData("// no\n1", "JSON")]
    [InlineData("NaN", "JSON")]
    [InlineData("01", "JSON")]
    [InlineData("\"\\ud800\"", "Unicode")]
    [InlineData("{\"\\udc00\":1}", "Unicode")]
    [InlineData("1e999", "larger than any double")]
    [InlineData("18446744073709551616", "outside")]
    [InlineData("-18446744073709551617", "outside")]
    [InlineData("100000000000000000000000000000000000000000000000000", "outside")]
    [InlineData("""{"a":1,"a":2}""", "repeated")]
    [InlineData("""{"b":1,"a":1,"b":2}""", "repeated")]
    [InlineData("""{"/":"foo"}""", "neither")]
    [InlineData("""{"/":""}""", "neither")]
    [InlineData("""{"/":"z2Dr6wU3bEQk"}""", "neither")]
    [InlineData("""{"/":"fbafkqaaa"}""", "neither")]
    [InlineData("""{"/":"BAFKQAAA"}""", "neither")]
    [InlineData("""{"/":"bafkqaaa","a":1}""", "second key")]
    [InlineData("""{"/":{"bytes":"AQ=="}}""", "base64")]
    [InlineData("""{"/":{"bytes":"A"}}""", "base64")]
    [InlineData("""{"/":{"bytes":"AR"}}""", "base64")]
    [InlineData("""{"/":{"bytes":"A Q"}}""", "base64")]
    [InlineData("""{"/":{"bytes":"_-8"}}""", "base64")]
    [InlineData("""{"/":{"bytes":"mAQ","a":1}}""", "second key")]
    [InlineData("""{"/":{"bytes":"AQ"},"a":1}""", "second key")]
    public void Decode_Invalid_IsRefused(string json, string reason) =>
        CodecAssert.Refuses(Multicodec.DagJson, Encoding.UTF8.GetBytes(json), reason);

    [Theory]
    [InlineData("""{"/":true,"bar":"baz"}""")]
    [InlineData("""{"/":{"abar":"baz","bytes":"foo"}}""")]
    [InlineData("""{"/":{"bytes":true},"z":1}""")]
    [InlineData("""{"/":{"bytes":{"/":{"bytes":"AQ"}}}}""")]
    [InlineData("""{"/":{"/":"bafkqaaa"}}""")]
    [InlineData("""{"/":{"/":{"bytes":"AQ"}}}""")]
    [InlineData("""{"/":{"/":{"/":{"bytes":"AQ"}}},"a":1}""")]
    [InlineData("""{"!":1,"/":"foo"}""")]
    [InlineData("""{"/":{}}""")]
    [InlineData("""{"/":[]}""")]
    [InlineData("""[0.0,-0.0,1.0,-1.5,1e+21,100000000000000000000.0,1e-7,0.000001,5e-324,1.7976931348623157e+308,123456789012345680.0]""")]
    [InlineData("\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f/\u007f\u2028<>&'é水\U00010145\"")]
    public void Codec_CanonicalForm_RoundTripsAndIsAcceptedAsCanonical(string json)
    {
        Assert.Equal(json, CodecAssert.ToJson(CodecAssert.Json(json)));
        new DagJsonCodec(requireCanonical: true).Decode(Encoding.UTF8.GetBytes(json));
    }

    [Theory]
    [InlineData(""" { "b" : 1 , "a" : [ ] } """, """{"a":[],"b":1}""")]
    [InlineData("-0", "0")]
    [InlineData("1E5", "100000.0")]
    [InlineData("0.10", "0.1")]
    [InlineData("\"\\u0061\\/\"", "\"a/\"")]
    [InlineData("""{"\u002f":"\u0062afkqaaa"}""", """{"/":"bafkqaaa"}""")]
    [InlineData("""{"/":{"bytes":"\/\/8"}}""", """{"/":{"bytes":"//8"}}""")]
    public void Decode_OtherFormsOfTheSame_AreTakenUnlessCanonicalIsRequired(string json, string canonical)
    {
        Assert.Equal(canonical, CodecAssert.ToJson(CodecAssert.Json(json)));
        Assert.Throws<CodecException>(() => new DagJsonCodec(requireCanonical: true).Decode(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void Decode_KeyBeforeTheSlashInTheBlock_IsAMapThatCborHoldsAndJsonDoesNot()
    {
        // The spec's own example of a valid block. Sorted it would be an invalid one, so it cannot be written again.
        var node = CodecAssert.Json("""{"0bar":"baz","/":"foo"}""");
        Assert.Equal(node, CodecAssert.Decode(Multicodec.DagCbor, CodecAssert.Encode(Multicodec.DagCbor, node)));
        CodecAssert.RefusesToEncode(Multicodec.DagJson, node, "form of a link");
    }

    [Theory]
    [InlineData("/", null)]
    [InlineData("/", "bytes")]
    public void Encode_MapInTheReservedNamespace_IsRefused(string key, string? inner)
    {
        IpldNode value = new IpldNode.String("AQ");
        if (inner is not null)
            value = new IpldNode.Map([new("z", IpldNode.Null.Value), new(inner, value)]);
        CodecAssert.RefusesToEncode(Multicodec.DagJson, new IpldNode.Map([new(key, value)]), "form of a link or of bytes");
        CodecAssert.RefusesToEncode(Multicodec.DagJson, new IpldNode.Map([new("a", IpldNode.Null.Value), new(key, value)]), "form of a link or of bytes");
    }

    [Fact]
    public void Encode_WhatHasNoForm_IsRefused()
    {
        CodecAssert.RefusesToEncode(Multicodec.DagJson, new IpldNode.Float(double.NaN), "NaN");
        CodecAssert.RefusesToEncode(Multicodec.DagJson, new IpldNode.Integer(Int128.MaxValue), "outside");
        CodecAssert.RefusesToEncode(Multicodec.DagJson, new IpldNode.String("a\udc00"), "surrogate");
        CodecAssert.RefusesToEncode(Multicodec.DagJson, new IpldNode.Link(default), "no CID");
        CodecAssert.RefusesToEncode(Multicodec.DagJson, new IpldNode.Map([new("b", IpldNode.Null.Value), new("a", IpldNode.Null.Value), new("b", IpldNode.Null.Value)]), "twice");
    }

    [Fact]
    public void Decode_NestedToTheLimit_IsAcceptedAndOneDeeperRefused()
    {
        var lists = new string('[', CodecLimits.MaxDepth - 1);
        var end = new string(']', CodecLimits.MaxDepth - 1);
        Assert.Equal(CodecAssert.Nested(CodecLimits.MaxDepth), CodecAssert.Json($"{lists}[]{end}"));
        // Links and bytes are values, whatever they look like.
        CodecAssert.Json($$$"""{{{lists}}}[{"/":{"bytes":"AQ"}},{"/":"bafkqaaa"}]{{{end}}}""");
        CodecAssert.Refuses(Multicodec.DagJson, Encoding.UTF8.GetBytes($"{lists}[[]]{end}"), "nest deeper");
        CodecAssert.Refuses(Multicodec.DagJson, Encoding.UTF8.GetBytes($$"""{{lists}}[{}]{{end}}"""), "nest deeper");
        CodecAssert.Refuses(Multicodec.DagJson, [.. Enumerable.Repeat((byte)'[', 1 << 20)], "nest deeper");
        CodecAssert.RefusesToEncode(Multicodec.DagJson, CodecAssert.Nested(CodecLimits.MaxDepth + 1), "nest deeper");
    }

    [Fact]
    public void Codec_BytesOfEveryLengthAroundThePieces_RoundTrip()
    {
        foreach (var length in (int[])[.. Enumerable.Range(0, 10), .. Enumerable.Range(12_285, 8), .. Enumerable.Range(24_573, 8)])
        {
            var node = new IpldNode.Bytes(Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray());
            var json = CodecAssert.ToJson(node);
            Assert.Equal($$$"""{"/":{"bytes":"{{{Convert.ToBase64String(node.Value.Span).TrimEnd('=')}}}"}}""", json);
            Assert.Equal(node, CodecAssert.Json(json));
        }
    }

    [Fact]
    public void Encode_LongText_SplitsNoSurrogatePair()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("\U0001F600", 5000));
        Assert.Equal($"\"{text}\"", CodecAssert.ToJson(new IpldNode.String(text)));
    }

    [Fact]
    public void Format_RandomDoubles_ReadBackAsThemselvesAndAsFloats() =>
        Gen.OneOf(Gen.Double, Gen.Double[-1e25, 1e25], Gen.Double[-1e-5, 1e-5], Gen.Int.Select(i => (double)i)).Where(double.IsFinite).Sample(
            value =>
            {
                var text = DagJsonFloat.Format(value);
                Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(Assert.IsType<IpldNode.Float>(CodecAssert.Json(text)).Value));
            },
            iter: Soak.Count(2000, 500_000));

    [Fact]
    public void Codec_RandomNodes_RoundTripAndListTheirLinks() =>
        IpldGen.Nodes.Where(IpldGen.HasJsonForm).Sample(
            node =>
            {
                var bytes = CodecAssert.Encode(Multicodec.DagJson, node);
                var decoded = new DagJsonCodec(requireCanonical: true).Decode(bytes);
                Assert.Equal(node, decoded);
                Assert.Equal(IpldGen.LinksOf(decoded), CodecAssert.Links(Multicodec.DagJson, bytes));
            },
            iter: Soak.Count(500, 200_000));

    /// <summary>What JSON is made of, and what it must not hold.</summary>
    private const string Letters = "{}[]\"\\/:,.eE-+019ntfu\0\u00ff";

    [Fact]
    public void Decode_MutatedBlocks_AreRefusedOrReadAgainAsTheSame() =>
        Gen.Select(IpldGen.Nodes.Where(IpldGen.HasJsonForm), Gen.Select(Gen.Int[0, 1 << 16], Gen.Int[0, Letters.Length - 1].Select(i => (byte)Letters[i])).Array[1, 4]).Sample(
            (node, edits) =>
            {
                var bytes = CodecAssert.Encode(Multicodec.DagJson, node);
                foreach (var (at, value) in edits)
                    bytes[at % bytes.Length] = value;
                IpldNode decoded;
                byte[] canonical;
                try
                {
                    decoded = CodecAssert.Decode(Multicodec.DagJson, bytes);
                    canonical = CodecAssert.Encode(Multicodec.DagJson, decoded);
                }
                catch (CodecException)
                {
                    return;
                }

                Assert.Equal(decoded, CodecAssert.Decode(Multicodec.DagJson, canonical));
            },
            iter: Soak.Count(1000, 300_000));
}
