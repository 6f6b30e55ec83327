using System.Text.Json.Serialization;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Providers;
using IpfsKit.Grains.Tickets;

namespace IpfsKit.Grains.Hosting;

/// <summary>Generated code for the states of this library's grains. How they are written is the serializer's business.</summary>
[JsonSerializable(typeof(ContentState))]
[JsonSerializable(typeof(ProviderState))]
[JsonSerializable(typeof(TicketKeyState))]
internal sealed partial class GrainStateJson : JsonSerializerContext;
