using System.Diagnostics.CodeAnalysis;

namespace IpfsKit.Multiformats.Addresses;

/// <summary>The binary form of addresses: <c>varint code · [varint length] · value</c>, repeated.</summary>
internal static class ComponentReader
{
    /// <summary>Whether bytes are exactly one address.</summary>
    public static bool IsValid(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is 0 or > Multiaddr.MaxBytes)
            return false;
        while (!bytes.IsEmpty)
        {
            if (!TryRead(bytes, out var protocol, out var valueOffset, out var length)
                || (protocol.Value is { } value && !value.IsValid(bytes[valueOffset..length]))
                || (protocol.IsPath && length < bytes.Length))
                return false;
            bytes = bytes[length..];
        }

        return true;
    }

    /// <summary>Reads the frame of the first component, without checking its value; false at the end of the bytes.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out MultiaddrProtocol? protocol, out int valueOffset, out int length)
    {
        protocol = null;
        length = 0;
        if (!Varint.TryRead(bytes, out var code, out valueOffset) || code > uint.MaxValue
            || !MultiaddrProtocol.TryGet((Multicodec)code, out protocol))
            return false;
        var valueLength = protocol.ValueLength;
        if (valueLength == MultiaddrProtocol.VariableLength)
        {
            if (!Varint.TryRead(bytes[valueOffset..], out var variable, out var lengthBytes) || variable > Multiaddr.MaxBytes)
                return false;
            valueOffset += lengthBytes;
            valueLength = (int)variable;
        }

        length = valueOffset + valueLength;
        return length <= bytes.Length;
    }
}
