using System.Text.RegularExpressions;

namespace IpfsKit.Repository.Tests.Documents;

/// <summary>What documents and comments point to is there.</summary>
public sealed partial class LinkTests
{
    private static readonly string[] Top = ["README.md", "CHANGELOG.md"];

    private static readonly string[] Folders = ["docs", "src", "tests", "silo-host", "client-sample", "Aspire.AppHost"];

    public static TheoryData<string> Documents => [.. Top.Concat(Files("*.md"))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_RelativeLinks_LeadToFilesAndHeadings(string document)
    {
        var text = File.ReadAllText(RepositoryRoot.Combine(document));
        var broken =
            from match in Link().Matches(Code().Replace(text, "")).Cast<Match>()
            let target = match.Groups["target"].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            where !IsThere(document, target)
            select target;
        Assert.Empty(broken);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_PathsInCode_AreThere(string document)
    {
        // The log of changes tells of paths that were.
        if (document == "CHANGELOG.md" || document.StartsWith("docs/decisions/", StringComparison.Ordinal))
            return;
        var missing = Path().Matches(File.ReadAllText(RepositoryRoot.Combine(document))).Select(match => match.Groups["path"].Value).Where(path => !Exists(RepositoryRoot.Combine(path)));
        Assert.Empty(missing);
    }

    [Fact]
    public void Comments_DocumentsThatTheyName_AreThere()
    {
        var missing =
            from file in Files("*.cs")
            from match in DocumentName().Matches(File.ReadAllText(RepositoryRoot.Combine(file))).Cast<Match>()
            where !Exists(RepositoryRoot.Combine(match.Groups["path"].Value))
            select $"{file}: {match.Groups["path"].Value}";
        Assert.Empty(missing);
    }

    [Fact]
    public void Decisions_Numbers_AreUniqueAndWithoutGaps()
    {
        var numbers = Directory.GetFiles(RepositoryRoot.Combine("docs", "decisions"), "*.md").Select(file => int.Parse(System.IO.Path.GetFileName(file)[..4], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(1, numbers.Count()), numbers.Order());
    }

    private static IEnumerable<string> Files(string pattern) =>
        from folder in Folders
        where Directory.Exists(RepositoryRoot.Combine(folder))
        from file in Directory.EnumerateFiles(RepositoryRoot.Combine(folder), pattern, SearchOption.AllDirectories)
        let relative = System.IO.Path.GetRelativePath(RepositoryRoot.Path, file).Replace('\\', '/')
        where !relative.Contains("/bin/", StringComparison.Ordinal) && !relative.Contains("/obj/", StringComparison.Ordinal) && !relative.Contains("/node_modules/", StringComparison.Ordinal)
        select relative;

    private static bool IsThere(string document, string target)
    {
        var parts = target.Split('#');
        var file = parts[0].Length == 0 ? RepositoryRoot.Combine(document) : System.IO.Path.Combine(System.IO.Path.GetDirectoryName(RepositoryRoot.Combine(document))!, parts[0]);
        return Exists(file) && (parts.Length == 1 || File.ReadLines(file).Where(line => line.StartsWith('#')).Any(line => Anchor(line) == parts[1]));
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    /// <summary>The name that GitHub gives a heading.</summary>
    private static string Anchor(string heading) => NoAnchor().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"```.*?```|`[^`\n]*`", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"`(?<path>(src|tests|docs|eng|silo-host|client-sample)(/[\w.-]+)*/?)`")]
    private static partial Regex Path();

    [GeneratedRegex(@"\b(?<path>docs/[\w/-]+\.md)")]
    private static partial Regex DocumentName();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
