using System.Text.Json.Serialization;

namespace IpfsKit.Libp2p.Tests.RequestResponse;

[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
internal sealed partial class TestJson : JsonSerializerContext;
