using System.Text.Json;
using CsCheck;
using IpfsKit.TestKit.Generators;

namespace IpfsKit.Multiformats.Tests.Json;

public sealed class TextJsonConverterTests
{
    [Fact]
    public void Values_AsMembersAndKeys_RoundTrip() => Gen.Select(MultiformatsGen.Cid, MultiformatsGen.PeerId, MultiformatsGen.Multiaddr).Sample(
        (cid, peerId, address) =>
        {
            var value = new Everything(cid, peerId, address, null, new() { [cid] = 1 }, new() { [peerId] = 2 });
            var read = JsonSerializer.Deserialize<Everything>(JsonSerializer.Serialize(value))!;
            return read.Cid == cid && read.PeerId == peerId && read.Address == address && read.Optional is null
                && read.Counts[cid] == 1 && read.Peers[peerId] == 2;
        },
        iter: 1_000);

    [Fact]
    public void Write_Values_AreTheirTexts()
    {
        var cid = Cid.Parse("bafkqaaa");
        Assert.Equal("\"bafkqaaa\"", JsonSerializer.Serialize(cid));
        Assert.Equal("null", JsonSerializer.Serialize(default(Cid)));
        Assert.Equal("\"/ip4/1.2.3.4\"", JsonSerializer.Serialize(Multiaddr.Parse("/ip4/1.2.3.4")));
        Assert.True(JsonSerializer.Deserialize<Cid>("null").IsDefault);
        Assert.Null(JsonSerializer.Deserialize<Cid?>("null"));
    }

    [Theory]
    [InlineData("\"nonsense\"")]
    [InlineData("5")]
    [InlineData("{}")]
    public void Read_AnythingElse_ThrowsJsonException(string json)
    {
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Cid>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<PeerId>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Multiaddr>(json));
    }

    [Fact]
    public void Write_DefaultAsKey_ThrowsJsonException() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Serialize(new Dictionary<Cid, int> { [default] = 1 }));

    private sealed record Everything(
        Cid Cid, PeerId PeerId, Multiaddr Address, Cid? Optional, Dictionary<Cid, int> Counts, Dictionary<PeerId, int> Peers);
}
