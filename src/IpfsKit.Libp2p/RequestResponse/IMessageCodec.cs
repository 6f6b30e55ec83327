using System.Buffers;

namespace IpfsKit.Libp2p.RequestResponse;

/// <summary>Turns messages into bytes and back. Thread-safe.</summary>
/// <typeparam name="T">The messages.</typeparam>
public interface IMessageCodec<T>
{
    /// <summary>Writes a message.</summary>
    void Write(T message, IBufferWriter<byte> destination);

    /// <summary>Reads a message.</summary>
    /// <param name="bytes">All of it; of no use after the call.</param>
    /// <exception cref="FormatException">The bytes are no such message.</exception>
    T Read(ReadOnlySpan<byte> bytes);
}
