using System.Buffers;
using System.Text.Unicode;

namespace IpfsKit.Multiformats.Addresses.Values;

/// <summary>UTF-8 text: names, zones, paths.</summary>
/// <remarks>Text that is empty, is not valid UTF-8 or holds control characters is refused: it would not survive printing.</remarks>
/// <param name="isPath">Whether the text is a path, which begins with a slash and does not end with one, or holds no slash at all.</param>
internal sealed class TextValue(bool isPath) : AddressValue
{
    public override bool IsValid(ReadOnlySpan<byte> value) =>
        !value.IsEmpty && value.IndexOfAnyInRange((byte)0, (byte)0x1f) < 0 && !value.Contains((byte)0x7f) && Utf8.IsValid(value)
        && (isPath ? value.Length > 1 && value[0] == '/' && value[^1] != '/' : !value.Contains((byte)'/'));

    public override int GetMaxTextLength(int byteCount) => byteCount;

    public override int Format(ReadOnlySpan<byte> value, Span<char> destination)
    {
        Utf8.ToUtf16(value, destination, out _, out var written);
        return written;
    }

    public override bool TryParse(ReadOnlySpan<char> text, Span<byte> destination, out int bytesWritten) =>
        Utf8.FromUtf16(text, destination, out _, out bytesWritten, replaceInvalidSequences: false) == OperationStatus.Done
        && IsValid(destination[..bytesWritten]);
}
