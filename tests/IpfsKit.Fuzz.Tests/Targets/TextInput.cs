using System.Text;

namespace IpfsKit.Fuzz.Tests.Targets;

/// <summary>Inputs of targets that read text: one byte, one character (Latin-1), so that every input is some text.</summary>
internal static class TextInput
{
    public static byte[] ToBytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Fills <paramref name="buffer"/>, which is as long as the input, so that reading allocates nothing.</summary>
    public static ReadOnlySpan<char> Read(ReadOnlyMemory<byte> input, Span<char> buffer) => buffer[..Encoding.Latin1.GetChars(input.Span, buffer)];

    public static string Read(ReadOnlyMemory<byte> input) => Encoding.Latin1.GetString(input.Span);
}
