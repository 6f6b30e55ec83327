using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace IpfsKit.Libp2p.RequestResponse;

/// <summary>Codecs for common kinds of messages.</summary>
public static class MessageCodec
{
    /// <summary>Messages that are bytes.</summary>
    public static IMessageCodec<ReadOnlyMemory<byte>> Bytes { get; } =
        Create<ReadOnlyMemory<byte>>((message, destination) => destination.Write(message.Span), bytes => bytes.ToArray());

    /// <summary>Messages in JSON.</summary>
    public static IMessageCodec<T> Json<T>(JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Create<T>(
            (message, destination) =>
            {
                using var writer = new Utf8JsonWriter(destination);
                JsonSerializer.Serialize(writer, message, type);
            },
            bytes =>
            {
                try
                {
                    return JsonSerializer.Deserialize(bytes, type) ?? throw new FormatException("The message is null.");
                }
                catch (JsonException e)
                {
                    throw new FormatException($"The message is not the JSON that was awaited: {e.Message}", e);
                }
            });
    }

    /// <summary>Messages that two functions write and read.</summary>
    public static IMessageCodec<T> Create<T>(Action<T, IBufferWriter<byte>> write, MessageReader<T> read)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(read);
        return new DelegatedCodec<T>(write, read);
    }

    private sealed class DelegatedCodec<T>(Action<T, IBufferWriter<byte>> write, MessageReader<T> read) : IMessageCodec<T>
    {
        public void Write(T message, IBufferWriter<byte> destination) => write(message, destination);

        public T Read(ReadOnlySpan<byte> bytes) => read(bytes);
    }
}
