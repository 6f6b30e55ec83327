using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IpfsKit.Interop.Tests.Peers;

/// <summary>The npm project of the peers. Runs without npm, too.</summary>
public sealed partial class PeerPackagesTests
{
    [Fact]
    public void Dependencies_OfThePeers_HaveExactVersions()
    {
        var package = Read("package.json");
        var versions = package["dependencies"]!.AsObject().Concat(package["optionalDependencies"]!.AsObject()).ToList();
        Assert.NotEmpty(versions);
        Assert.All(versions, dependency => Assert.Matches(ExactVersion(), (string)dependency.Value!));
    }

    [Fact]
    public void Lock_OfThePeers_NamesContentsAndNoRegistry()
    {
        var packages = Read("package-lock.json")["packages"]!.AsObject().Where(package => package.Key.Length > 0).ToList();
        Assert.NotEmpty(packages);
        Assert.All(packages, package => Assert.NotNull(package.Value!["integrity"]));
        Assert.All(packages, package => Assert.Null(package.Value!["resolved"]));
    }

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(NodeRuntime.Folder, file)))!.AsObject();

    [GeneratedRegex(@"^\d+\.\d+\.\d+$")]
    private static partial Regex ExactVersion();
}
