using System.Buffers;
using System.Text.Json;
using IpfsKit.Ipld.Codecs;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Ipld.Tests.Codecs;

/// <summary>The published fixtures of all codecs, both ways (ipld/codec-fixtures).</summary>
public sealed class CodecFixtureTests
{
    private const int PositiveFixtures = 128;

    public static TheoryData<string> Names =>
        Fixtures.Root is null ? [] : [.. Directory.GetDirectories(Folder("fixtures")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string, string, string> NegativeDecodes => Negatives("decode", "hex");

    public static TheoryData<string, string, string> NegativeEncodes => Negatives("encode", "dag-json");

    [Fact]
    public void Fixtures_Folder_HoldsAllOfThem() => Assert.Equal(PositiveFixtures, Directory.GetDirectories(Fixtures.Path("ipld-codecs", "fixtures")).Length);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Names))]
    public void Fixture_InEveryCodec_IsTheSameNodeAndTheSameBytes(string name)
    {
        var forms = Directory.GetFiles(Path.Combine(Folder("fixtures"), name)).Select(Form.Read).ToList();
        Assert.True(forms.Count >= 2);
        var nodes = forms.ConvertAll(f => f.Codec.Decode(f.Bytes));
        foreach (var (form, node) in forms.Zip(nodes))
        {
            Assert.Equal(nodes[0], node);
            Assert.Equal(nodes[0].GetHashCode(), node.GetHashCode());
            // Every node is written in every codec that the fixture has, not just in the one it was read from.
            foreach (var other in forms)
                Assert.Equal(other.Bytes, Encode(other.Codec, node));
            Assert.Equal(form.Cid, Block.Create(form.Codec.Code, form.Bytes).Cid);
        }

        var links = forms.ConvertAll(f =>
        {
            var found = new List<Cid>();
            f.Codec.ReadLinks(f.Bytes, found);
            return found;
        });
        Assert.All(links, found => Assert.Equal(links[0].Order(CidOrder), found.Order(CidOrder)));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(NegativeDecodes))]
    public void NegativeFixture_Decoded_IsRefused(string codec, string name, string hex)
    {
        Assert.NotEmpty(name);
        Assert.Throws<CodecException>(() => Form.CodecOf(codec).Decode(Convert.FromHexString(hex)));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(NegativeEncodes))]
    public void NegativeFixture_Encoded_IsRefused(string codec, string name, string json)
    {
        Assert.NotEmpty(name);
        var node = Form.CodecOf("dag-json").Decode(System.Text.Encoding.UTF8.GetBytes(json));
        Assert.Throws<CodecException>(() => Encode(Form.CodecOf(codec), node));
    }

    [Fact]
    public void NegativeFixtures_Folder_HoldsAllOfThem()
    {
        Fixtures.Path("ipld-codecs");
        Assert.Equal(11, NegativeDecodes.Count);
        Assert.Equal(78, NegativeEncodes.Count);
    }

    private static Comparer<Cid> CidOrder { get; } = Comparer<Cid>.Create((x, y) => string.CompareOrdinal(x.ToString(), y.ToString()));

    private static string Folder(string name) => Path.Combine(Fixtures.Root!, "ipld-codecs", name);

    private static byte[] Encode(IIpldCodec codec, IpldNode node)
    {
        var output = new ArrayBufferWriter<byte>();
        codec.Encode(node, output);
        return output.WrittenSpan.ToArray();
    }

    private static TheoryData<string, string, string> Negatives(string direction, string property)
    {
        var data = new TheoryData<string, string, string>();
        if (Fixtures.Root is null)
            return data;
        foreach (var file in Directory.GetFiles(Folder("negative-fixtures"), "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var folder = Path.GetDirectoryName(file)!;
            if (Path.GetFileName(folder) != direction)
                continue;
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var entry in document.RootElement.EnumerateArray())
            {
                var value = entry.GetProperty(property);
                data.Add(
                    Path.GetFileName(Path.GetDirectoryName(folder)!),
                    entry.GetProperty("name").GetString()!,
                    property == "hex" ? value.GetString()! : value.GetRawText());
            }
        }

        return data;
    }

    private sealed record Form(IIpldCodec Codec, Cid Cid, byte[] Bytes)
    {
        public static Form Read(string file) =>
            new(CodecOf(Path.GetExtension(file)[1..]), Cid.Parse(Path.GetFileNameWithoutExtension(file)), File.ReadAllBytes(file));

        public static IIpldCodec CodecOf(string name) => IpldCodecs.Default.Get(name switch
        {
            "dag-pb" => Multicodec.DagPb,
            "dag-cbor" => Multicodec.DagCbor,
            "dag-json" => Multicodec.DagJson,
            _ => throw new InvalidDataException(name),
        });
    }
}
