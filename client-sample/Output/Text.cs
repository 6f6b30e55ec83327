namespace IpfsKit.ClientSample.Output;

/// <summary>Text that strangers wrote, made safe for a terminal.</summary>
internal static class Text
{
    /// <summary>The text with control characters, which could move the cursor or change colours, shown as what they are.</summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString())) : text;
}
