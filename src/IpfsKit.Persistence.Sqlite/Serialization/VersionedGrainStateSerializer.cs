using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Orleans.Storage;

namespace IpfsKit.Grains.Serialization;

/// <summary>Grain state as compact JSON with a version and no names of types: <c>{"v":1,"s":{…}}</c>. For any storage of Orleans.</summary>
/// <remarks>
/// <para><c>v</c> is the version of the state class (<see cref="IVersionedState"/>), <c>s</c> the state by System.Text.Json: camel case, nulls left out, enums as numbers. Bytes of an older version are upgraded when they are
/// read; of a newer one, refused (<see cref="GrainStateVersionException"/>). Members that the class does not know are refused too (<see cref="GrainStateFormatException"/>): they would be
/// lost with the next write.</para>
/// <para>Register it under the name of the storage: <c>services.AddKeyedSingleton&lt;IGrainStorageSerializer&gt;("content", (_, _) => new VersionedGrainStateSerializer(MyContext.Default))</c>.</para>
/// </remarks>
public sealed class VersionedGrainStateSerializer : IGrainStorageSerializer
{
    /// <summary>Buffers that have grown beyond this are not kept.</summary>
    private const int MaxKeptBytes = 64 << 10;

    [ThreadStatic]
    private static Buffers? _buffers;

    private readonly JsonSerializerOptions _options;

    /// <summary>Makes a serializer.</summary>
    /// <param name="contexts">Source-generated contexts, asked in this order; for types that none of them knows, reflection is used. The options of a context are not used, those above are.</param>
    public VersionedGrainStateSerializer(params IJsonTypeInfoResolver[] contexts)
    {
        _options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            // Not for a web page: letters of all scripts as they are.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = JsonTypeInfoResolver.Combine([.. contexts, new DefaultJsonTypeInfoResolver()]),
        };
        _options.MakeReadOnly();
    }

    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input)
    {
        // Taken, not borrowed: a getter or converter of the state may serialize another one.
        var buffers = _buffers ?? Buffers.Make();
        _buffers = null;
        var (bytes, json) = buffers;
        try
        {
            json.WriteStartObject();
            json.WriteNumber("v"u8, StateFormat.Of<T>().Version);
            json.WritePropertyName("s"u8);
            JsonSerializer.Serialize(json, input!, TypeInfo<T>());
            json.WriteEndObject();
            json.Flush();
            return new BinaryData(bytes.WrittenSpan.ToArray());
        }
        finally
        {
            bytes.ResetWrittenCount();
            json.Reset();
            if (bytes.Capacity <= MaxKeptBytes)
                _buffers = buffers;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="GrainStateVersionException">The bytes are of a newer version.</exception>
    /// <exception cref="GrainStateFormatException">The bytes are something else.</exception>
    public T Deserialize<T>(BinaryData input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var format = StateFormat.Of<T>();
        var reader = new Utf8JsonReader(input.ToMemory().Span);
        try
        {
            var version = ReadVersion(ref reader);
            if (version > format.Version)
                throw new GrainStateVersionException(typeof(T).Name, version, format.Version);
            var state = version == format.Version
                ? JsonSerializer.Deserialize(ref reader, TypeInfo<T>())
                : Upgrade<T>(ref reader, version, format);
            Expect(reader.Read() && reader.TokenType == JsonTokenType.EndObject && !reader.Read(), "there is more than a version and a state.");
            return state!;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or FormatException)
        {
            throw new GrainStateFormatException(typeof(T).Name, e.Message, innerException: e);
        }
    }

    private static int ReadVersion(ref Utf8JsonReader reader)
    {
        Expect(
            reader.Read() && reader.TokenType == JsonTokenType.StartObject
            && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("v"u8),
            "they do not begin with a version.");
        var version = 0;
        Expect(reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out version) && version > 0, "the version is not a positive number.");
        Expect(reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("s"u8) && reader.Read(), "the version is not followed by a state.");
        return version;
    }

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition)
            throw new JsonException($"These are no bytes of this serializer: {otherwise}");
    }

    private T? Upgrade<T>(ref Utf8JsonReader reader, int version, StateFormat format)
    {
        var stored = JsonNode.Parse(ref reader) as JsonObject ?? throw new JsonException($"Version {version} is not an object.");
        return format.Upgrade!(stored, version).Deserialize(TypeInfo<T>());
    }

    private JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T));

    private sealed record Buffers(ArrayBufferWriter<byte> Bytes, Utf8JsonWriter Json)
    {
        public static Buffers Make()
        {
            var bytes = new ArrayBufferWriter<byte>(1024);
            return new Buffers(bytes, new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }));
        }
    }
}
