using System.Text.RegularExpressions;

namespace IpfsKit.Repository.Tests.Documents;

/// <summary>A document of the repository; parts of it between marks are generated.</summary>
/// <remarks>
/// A generated part stands between <c>&lt;!-- generated: NAME --&gt;</c> and <c>&lt;!-- end --&gt;</c>. With <c>IPFSKIT_UPDATE_DOCS=1</c> the tests write those parts instead of
/// comparing them: <c>eng/update-docs.sh</c>.
/// </remarks>
internal sealed partial class MarkdownFile(string relativePath)
{
    private static readonly bool Update = Environment.GetEnvironmentVariable("IPFSKIT_UPDATE_DOCS") == "1";

    private readonly string _path = RepositoryRoot.Combine(relativePath.Split('/'));

    /// <summary>Its text.</summary>
    public string Text => File.ReadAllText(_path);

    /// <summary>The names of its generated parts.</summary>
    public IEnumerable<string> GeneratedParts => Part().Matches(Text).Select(match => match.Groups["name"].Value);

    /// <summary>Its headings and the rows of its tables, in order; a row is cut into its cells, a heading is one cell that begins with <c>#</c>.</summary>
    public IEnumerable<string[]> Rows =>
        from line in Text.Split('\n')
        where line.StartsWith('#') || (line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal))
        select line.StartsWith('#') ? [line] : CellEnd().Split(line.Trim().Trim('|')).Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal)).ToArray();

    /// <summary>Fails unless a generated part says what it should; or writes it.</summary>
    public void Check(string name, string expected)
    {
        var text = Text;
        var part = Part().Matches(text).SingleOrDefault(match => match.Groups["name"].Value == name);
        Assert.True(part is not null, $"{relativePath} has no part '<!-- generated: {name} -->'.");
        var body = part.Groups["body"];
        var wanted = "\n" + expected.Trim() + "\n";
        if (body.Value == wanted)
            return;
        Assert.True(Update, $"{relativePath} is not true any more; run eng/update-docs.sh. The part '{name}' should be:\n{wanted}");
        File.WriteAllText(_path, text[..body.Index] + wanted + text[(body.Index + body.Length)..]);
    }

    [GeneratedRegex(@"<!-- generated: (?<name>.+?) -->(?<body>.*?)<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Part();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex CellEnd();
}
