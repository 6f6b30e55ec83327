using System.Buffers.Binary;

namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>A port: two bytes, big-endian.</summary>
internal sealed class PortValue : AddressValue
{
    public const int TextLength = 5;

    public override bool IsValid(ReadOnlySpan<byte> value) => value.Length == 2;

    public override int GetMaxTextLength(int byteCount) => TextLength;

    public override int Format(ReadOnlySpan<byte> value, Span<char> destination) =>
        DecimalText.Format(BinaryPrimitives.ReadUInt16BigEndian(value), destination);

    public override bool TryParse(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (!DecimalText.TryParse(text, ushort.MaxValue, out var port) || !BinaryPrimitives.TryWriteUInt16BigEndian(destination, (ushort)port))
            return false;
        bytesWritten = 2;
        return true;
    }
}
