using System.Text.RegularExpressions;

namespace IpfsKit.Repository.Tests.Documents;

/// <summary>The examples of the documents are code that compiles.</summary>
/// <remarks>
/// Each C# block of a document stands, line for line, between <c>// &lt;snippet: PATH&gt;</c> and <c>// &lt;/snippet&gt;</c> in a source file of the tests (<c>Snippets</c> holds those that run in no test).
/// Using directives at its head stand at the head of that file.
/// </remarks>
public sealed partial class SnippetTests
{
    public static TheoryData<string> Documents =>
    [
        "README.md",
        .. Directory.EnumerateFiles(RepositoryRoot.Combine("src"), "README.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(RepositoryRoot.Combine("docs"), "*.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(RepositoryRoot.Path, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_CSharpBlocks_AreCompiledInTheTests(string document)
    {
        var compiled = Compiled(document).ToList();
        foreach (Match block in Block().Matches(File.ReadAllText(RepositoryRoot.Combine(document))))
        {
            var lines = Trim(block.Groups["code"].Value);
            var usings = lines.TakeWhile(line => line.Length == 0 || Using().IsMatch(line)).ToList();
            var code = string.Join('\n', lines.Skip(usings.Count));
            var source = compiled.FirstOrDefault(snippet => snippet.Code == code);
            Assert.True(source.Code is not null, $"No snippet of {document} in tests/ is:\n{code}\n\nThere are:\n{string.Join("\n---\n", compiled.Select(snippet => snippet.Code))}");
            Assert.All(usings.Where(line => line.Length > 0), line => Assert.True(Imports(source.File, line), $"The snippet's file has no '{line}'."));
        }
    }

    private static IEnumerable<(string Code, string File)> Compiled(string document) =>
        from file in Directory.EnumerateFiles(RepositoryRoot.Combine("tests"), "*.cs", SearchOption.AllDirectories)
        where !file.Contains("/obj/", StringComparison.Ordinal)
        let text = File.ReadAllText(file)
        where text.Contains("<snippet:", StringComparison.Ordinal)
        from match in Snippet().Matches(text).Cast<Match>()
        where match.Groups["document"].Value == document
        select (string.Join('\n', Trim(match.Groups["code"].Value)), text);

    /// <summary>Whether a file has a using directive, or lies in or below its namespace.</summary>
    private static bool Imports(string file, string directive) =>
        file.Contains(directive, StringComparison.Ordinal) || file.Contains("namespace " + directive["using ".Length..^1] + ".", StringComparison.Ordinal);

    /// <summary>Lines without what all of them are indented by.</summary>
    private static string[] Trim(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd()).ToArray();
        var indent = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return [.. string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : line)).Trim('\n').Split('\n')];
    }

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"// <snippet: (?<document>[\w./-]+)>\n(?<code>.*?)\n *// </snippet>", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex Using();
}
