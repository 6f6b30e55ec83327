using System.Text;
using CsCheck;
using IpfsKit.Grains.Serialization;
using IpfsKit.TestKit;

namespace IpfsKit.Persistence.Sqlite.Tests.Serialization;

public sealed class VersionedGrainStateSerializerTests
{
    private readonly VersionedGrainStateSerializer _serializer = new(ToyContext.Default);

    public static TheoryData<string> Broken =>
    [
        "", "{", "null", "[]", "1", "\"text\"", "{}", "{\"s\":{}}", "{\"v\":1}", "{\"v\":\"1\",\"s\":{}}", "{\"v\":0,\"s\":{}}", "{\"v\":-1,\"s\":{}}",
        "{\"v\":1.5,\"s\":{}}", "{\"v\":99999999999,\"s\":{}}", "{\"s\":{},\"v\":1}", "{\"v\":1,\"s\":{\"count\":\"x\"}}", "{\"v\":1,\"s\":{}", "{\"v\":1,\"s\":{}}x",
        "{\"v\":1,\"s\":{}} {}", "{\"v\":1,\"s\":{},\"t\":1}", "{\"v\":1,\"s\":[]}", "{\"v\":1,\"s\":{\"unknown\":1}}", "{\"v\":1,\"s\":{\"$type\":\"System.String\"}}",
    ];

    /// <summary>A format: if this fails, silos no longer read what they have stored.</summary>
    [Fact]
    public void Serialize_States_HaveTheGoldenBytes()
    {
        Assert.Equal("{\"v\":1,\"s\":{\"count\":0,\"isNew\":true}}", Text(new ToyState()));
        Assert.Equal("{\"v\":1,\"s\":{\"text\":\"naïve + 名前 \\\"x\\\"\",\"count\":-7,\"isNew\":false}}", Text(new ToyState { Text = "naïve + 名前 \"x\"", Count = -7, IsNew = false }));
        Assert.Equal("{\"v\":3,\"s\":{\"title\":\"t\",\"count\":5,\"kind\":1}}", Text(new ToyStateV3 { Title = "t", Count = 5, Kind = ToyKind.Fancy }));
    }

    [Fact]
    public void Deserialize_OlderVersions_AreUpgraded()
    {
        var expected = new ToyStateV3 { Title = "t", Count = 5 };
        Assert.Equal(expected, Read<ToyStateV3>("{\"v\":1,\"s\":{\"text\":\"t\",\"count\":5,\"isNew\":true}}"));
        Assert.Equal(expected, Read<ToyStateV3>("{\"v\":2,\"s\":{\"title\":\"t\",\"count\":5,\"isNew\":true}}"));
        Assert.Equal(expected, Read<ToyStateV3>("{\"v\":3,\"s\":{\"title\":\"t\",\"count\":5}}"));
    }

    [Fact]
    public void Deserialize_NewerVersion_IsRefusedNamingBoth()
    {
        var refused = Assert.Throws<GrainStateVersionException>(() => Read<ToyStateV3>("{\"v\":4,\"s\":{\"anything\":[]}}"));
        Assert.Equal((4, 3, nameof(ToyStateV3)), (refused.FoundVersion, refused.SupportedVersion, refused.StateType));
        Assert.Contains("version 4", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void Deserialize_OtherBytes_IsRefused(string text) => Assert.Throws<GrainStateFormatException>(() => Read<ToyState>(text));

    [Fact]
    public void Deserialize_OlderVersionThatIsNoObject_IsRefused() => Assert.Throws<GrainStateFormatException>(() => Read<ToyStateV3>("{\"v\":1,\"s\":[1]}"));

    [Fact]
    public void RoundTrip_AnyState_ComesBack() =>
        Gen.Select(Gen.String.Null(), Gen.Int, Gen.Bool, (text, count, isNew) => new ToyState { Text = text, Count = count, IsNew = isNew })
            .Where(state => state.Text is null || Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(state.Text)) == state.Text)
            .Sample(state => Assert.Equal(state, _serializer.Deserialize<ToyState>(_serializer.Serialize(state))), iter: Soak.Count(1000, 100_000));

    [Fact]
    public void Deserialize_MutatedBytes_OnlyThrowsItsOwnExceptions()
    {
        var valid = Encoding.UTF8.GetBytes("{\"v\":2,\"s\":{\"title\":\"t\",\"count\":5,\"isNew\":true,\"kind\":1}}");
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Int[0, valid.Length]).Array[1, 3].Sample(
            mutations =>
            {
                var bytes = valid.ToArray();
                foreach (var (at, value, length) in mutations)
                {
                    if (at < bytes.Length)
                        bytes[at] = value;
                    if (value % 8 == 0)
                        bytes = bytes[..Math.Min(length, bytes.Length)];
                }

                try
                {
                    _serializer.Deserialize<ToyStateV3>(new BinaryData(bytes));
                }
                catch (GrainStateException)
                {
                    // What it promises.
                }
            },
            iter: Soak.Count(5000, 1_000_000));
    }

    [Fact]
    public void Serialize_WhileAnotherIsUnderWay_DoesNotMixThem()
    {
        // A member's getter that itself serializes: the buffers are one per thread.
        var nested = new Nesting(() => Text(new ToyState { Count = 3 }));
        Assert.Equal("{\"v\":1,\"s\":{\"inner\":\"{\\\"v\\\":1,\\\"s\\\":{\\\"count\\\":3,\\\"isNew\\\":true}}\"}}", Text(nested));
    }

    private string Text<T>(T state) => _serializer.Serialize(state).ToString();

    private T Read<T>(string text) => _serializer.Deserialize<T>(BinaryData.FromString(text));

    private sealed class Nesting(Func<string> inner)
    {
        public string Inner => inner();
    }
}
