using System.Text.Json;
using System.Text.Json.Serialization;

namespace IpfsKit.Multiformats.Json;

/// <summary>A value as its text, also as the key of an object; <c>default</c> is <c>null</c>, and cannot be a key.</summary>
/// <typeparam name="T">The value.</typeparam>
/// <remarks>Text that does not parse throws <see cref="JsonException"/> with the parser's sentence.</remarks>
public abstract class TextJsonConverter<T> : JsonConverter<T>
    where T : struct, IEquatable<T>, ISpanParsable<T>
{
    private protected TextJsonConverter()
    {
    }

    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Null => default,
        JsonTokenType.String => Parse(reader.GetString()),
        _ => throw new JsonException($"A {typeof(T).Name} is written as text."),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value.Equals(default))
            writer.WriteNullValue();
        else
            writer.WriteStringValue(value.ToString());
    }

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString());

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.Equals(default)
            ? throw new JsonException($"default({typeof(T).Name}) cannot be the key of an object.")
            : value.ToString()!);
    }

    private static T Parse(string? text)
    {
        try
        {
            return T.Parse(text, provider: null);
        }
        catch (FormatException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }
}
