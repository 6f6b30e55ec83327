namespace IpfsKit.Multiformats;

/// <summary>Foreign text in error messages: quoted, and no longer than a person reads.</summary>
internal static class TextPreview
{
    private const int MaxLength = 128;

    public static string Quote(ReadOnlySpan<char> text) => text.Length <= MaxLength
        ? $"'{text}'"
        : $"'{text[..MaxLength]}…' ({text.Length} characters)";
}
