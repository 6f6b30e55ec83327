using System.Text.Encodings.Web;
using System.Text.Json;
using Orleans.Storage;

namespace IpfsKit.Persistence.AzureStorage.Tests.GrainState;

/// <summary>Plain JSON, and bytes as they are, so that what is stored in tests can be read and chosen.</summary>
internal sealed class ToySerializer : IGrainStorageSerializer
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public BinaryData Serialize<T>(T? input) => input is byte[] raw ? new BinaryData(raw) : new BinaryData(JsonSerializer.SerializeToUtf8Bytes(input, Readable));

    public T? Deserialize<T>(BinaryData input) => typeof(T) == typeof(byte[]) ? (T)(object)input.ToArray() : JsonSerializer.Deserialize<T>(input);
}
