using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Identities;

/// <summary>The messages <c>PublicKey</c> and <c>PrivateKey</c>, which have the same shape.</summary>
/// <remarks>
/// The encoding is deterministic by rule: both fields, in this order, varints minimal, nothing else.
/// <code>
/// 08 | type: varint | 12 | length: varint | data
/// </code>
/// Anything else is refused, because two encodings of one key would be two peer ids.
/// Spec: <see href="https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md#keys"/>.
/// </remarks>
internal static class KeyProtobuf
{
    /// <summary>The longest encoded key that is read, in bytes: a private RSA key of 8192 bits has about 4.7 KiB.</summary>
    public const int MaxBytes = 8 * 1024;

    private const byte TypeTag = 0x08;
    private const byte DataTag = 0x12;

    /// <summary>Encodes a key.</summary>
    public static byte[] Encode(KeyType type, ReadOnlySpan<byte> data)
    {
        var bytes = new byte[1 + Varint.GetByteCount((ulong)type) + 1 + Varint.GetByteCount((ulong)data.Length) + data.Length];
        bytes[0] = TypeTag;
        var offset = 1 + Varint.Write(bytes.AsSpan(1), (ulong)type);
        bytes[offset++] = DataTag;
        offset += Varint.Write(bytes.AsSpan(offset), (ulong)data.Length);
        data.CopyTo(bytes.AsSpan(offset));
        return bytes;
    }

    /// <summary>Decodes a key; the data points into <paramref name="message"/>.</summary>
    /// <exception cref="KeyFormatException">The bytes are not exactly one key.</exception>
    public static KeyType Decode(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> data)
    {
        if (message.Length > MaxBytes)
            throw new KeyFormatException($"A key of {message.Length} bytes exceeds {MaxBytes}.");
        if (message.IsEmpty || message[0] != TypeTag)
            throw new KeyFormatException("The key does not begin with its type.");
        if (!Varint.TryRead(message[1..], out var type, out var typeBytes) || type > (ulong)KeyType.Ecdsa)
            throw new KeyFormatException("The key's type is not one that libp2p knows.");
        var rest = message[(1 + typeBytes)..];
        if (rest.IsEmpty || rest[0] != DataTag || !Varint.TryRead(rest[1..], out var length, out var lengthBytes))
            throw new KeyFormatException("The key has no data after its type.");
        data = rest[(1 + lengthBytes)..];
        if ((ulong)data.Length != length)
            throw new KeyFormatException($"The key says it has {length} bytes of data and has {data.Length}.");
        return (KeyType)type;
    }
}
