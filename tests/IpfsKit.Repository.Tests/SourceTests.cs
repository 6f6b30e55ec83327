namespace IpfsKit.Repository.Tests;

/// <summary>Rules that the compiler cannot hold.</summary>
public sealed class SourceTests
{
    [Fact]
    public void Sources_NotImplementedCode_IsNowhere()
    {
        string[] banned = ["NotImplementedException", "TODO", "FIXME", "HACK"];
        var found =
            from file in CSharpFiles("src", "silo-host", "client-sample")
            from line in File.ReadLines(file).Select((text, index) => (text, number: index + 1))
            where banned.Any(word => line.text.Contains(word, StringComparison.Ordinal))
            select $"{Path.GetRelativePath(RepositoryRoot.Path, file)}:{line.number}: {line.text.Trim()}";
        Assert.Empty(found);
    }

    [Fact]
    public void Tests_Sleeping_IsNowhere()
    {
        var found =
            from file in CSharpFiles("tests")
            where Path.GetFileName(file) != nameof(SourceTests) + ".cs"
            from line in File.ReadLines(file).Select((text, index) => (text, number: index + 1))
            where line.text.Contains("Thread.Sleep", StringComparison.Ordinal)
            select $"{Path.GetRelativePath(RepositoryRoot.Path, file)}:{line.number}";
        Assert.Empty(found);
    }

    [Fact]
    public void Solution_EveryProject_IsListed()
    {
        var solution = File.ReadAllText(RepositoryRoot.Combine("IpfsKitOrleans.sln")).Replace('\\', '/');
        var missing = Directory.EnumerateFiles(RepositoryRoot.Path, "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RepositoryRoot.Path, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)
                && !solution.Contains(file, StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    private static IEnumerable<string> CSharpFiles(params string[] folders) =>
        folders.Select(folder => RepositoryRoot.Combine(folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
}
