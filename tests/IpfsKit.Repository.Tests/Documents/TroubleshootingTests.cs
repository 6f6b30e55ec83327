using System.Text.RegularExpressions;

namespace IpfsKit.Repository.Tests.Documents;

/// <summary>docs/troubleshooting.md quotes messages as the code writes them.</summary>
public sealed partial class TroubleshootingTests
{
    private static readonly string Literals = string.Join('\n', Directory.EnumerateFiles(RepositoryRoot.Combine("src"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
        .Select(File.ReadAllText));

    public static TheoryData<string> Messages => [.. Quote().Matches(new MarkdownFile("docs/troubleshooting.md").Text).Select(match => match.Groups["text"].Value.Trim())];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Troubleshooting_Message_IsThatOfTheCode(string message)
    {
        Assert.DoesNotContain('\n', message);
        // What stands between values, in one string of the code: a hole of an interpolated string may hold anything but a line.
        var pattern = string.Join(@"[^\n]*?", Value().Split(message).Select(Regex.Escape));
        Assert.True(Regex.IsMatch(Literals, pattern), $"No message of the code is: {message}");
    }

    [GeneratedRegex("^```text\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Quote();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Value();
}
