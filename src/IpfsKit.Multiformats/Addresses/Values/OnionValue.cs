using System.Buffers.Binary;
using IpfsKit.Multiformats.Bases;

namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>A Tor onion service: its identifier and a port that is not 0; text <c>base32:port</c>.</summary>
/// <param name="hostBytes">The length of the identifier: a whole number of base32 groups.</param>
internal sealed class OnionValue(int hostBytes) : AddressValue
{
    private readonly PortValue _port = new();

    public override bool IsValid(ReadOnlySpan<byte> value) =>
        value.Length == hostBytes + 2 && BinaryPrimitives.ReadUInt16BigEndian(value[hostBytes..]) != 0;

    public override int GetMaxTextLength(int byteCount) => Alphabets.Base32.GetMaxEncodedLength(hostBytes) + 1 + PortValue.TextLength;

    public override int Format(ReadOnlySpan<byte> value, Span<char> destination)
    {
        Alphabets.Base32.TryEncode(value[..hostBytes], destination, out var written);
        destination[written++] = ':';
        return written + _port.Format(value[hostBytes..], destination[written..]);
    }

    public override bool TryParse(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        var colon = text.IndexOf(':');
        if (colon < 0 || destination.Length < hostBytes + 2
            || !Alphabets.Base32.TryDecode(text[..colon], destination, out var host) || host != hostBytes
            || !_port.TryParse(text[(colon + 1)..], destination[hostBytes..], out _) || !IsValid(destination[..(hostBytes + 2)]))
            return false;
        bytesWritten = hostBytes + 2;
        return true;
    }
}
