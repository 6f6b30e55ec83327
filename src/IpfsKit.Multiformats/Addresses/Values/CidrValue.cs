namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>The length of an address mask in bits: one byte.</summary>
internal sealed class CidrValue : AddressValue
{
    public override bool IsValid(ReadOnlySpan<byte> value) => value.Length == 1;

    public override int GetMaxTextLength(int byteCount) => 3;

    public override int Format(ReadOnlySpan<byte> value, Span<char> destination) => DecimalText.Format(value[0], destination);

    public override bool TryParse(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten)
    {
        bytesWritten = 0;
        if (!DecimalText.TryParse(text, byte.MaxValue, out var bits) || destination.IsEmpty)
            return false;
        destination[0] = (byte)bits;
        bytesWritten = 1;
        return true;
    }
}
