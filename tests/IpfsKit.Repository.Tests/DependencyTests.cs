using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace IpfsKit.Repository.Tests;

/// <summary>Holds the compiled references between projects against docs/architecture.md.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["IpfsKit.Multiformats"] = [],
        ["IpfsKit.Ipld"] = ["IpfsKit.Multiformats"],
        ["IpfsKit.Storage"] = ["IpfsKit.Ipld", "IpfsKit.Multiformats"],
        ["IpfsKit.Libp2p"] = ["IpfsKit.Multiformats"],
        ["IpfsKit.Bitswap"] = ["IpfsKit.Libp2p", "IpfsKit.Ipld", "IpfsKit.Multiformats"],
        ["IpfsKit.Grains.Abstractions"] = ["IpfsKit.Multiformats"],
        ["IpfsKit.Persistence.AzureStorage"] = [],
        ["IpfsKit.Persistence.Sqlite"] = ["IpfsKit.Storage", "IpfsKit.Ipld", "IpfsKit.Multiformats"],
        ["IpfsKit.Connections.Tls"] = [],
        ["IpfsKit.Persistence.Redis"] = [],
        ["IpfsKit.Persistence.PostgreSql"] = [],
        ["IpfsKit.Grains"] =
        [
            "IpfsKit.Multiformats", "IpfsKit.Ipld", "IpfsKit.Storage", "IpfsKit.Libp2p", "IpfsKit.Bitswap", "IpfsKit.Grains.Abstractions",
            "IpfsKit.Persistence.Sqlite", "IpfsKit.Connections.Tls",
        ],
        ["IpfsKit.Client"] = ["IpfsKit.Multiformats", "IpfsKit.Ipld", "IpfsKit.Grains.Abstractions", "IpfsKit.Connections.Tls"],
        ["IpfsKit.Client.Testing"] =
        [
            "IpfsKit.Multiformats", "IpfsKit.Ipld", "IpfsKit.Storage", "IpfsKit.Grains.Abstractions", "IpfsKit.Client",
        ],
    };

    private static readonly string[] MayUseOrleans =
    [
        "IpfsKit.Grains.Abstractions", "IpfsKit.Grains", "IpfsKit.Persistence.AzureStorage", "IpfsKit.Persistence.Sqlite", "IpfsKit.Persistence.Redis", "IpfsKit.Persistence.PostgreSql", "IpfsKit.Connections.Tls",
        "IpfsKit.Client", "IpfsKit.Client.Testing",
    ];

    public static TheoryData<string> Projects => new(Directory.GetDirectories(RepositoryRoot.Combine("src")).Select(Path.GetFileName)!);

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_References_PointDownTheListOfTheArchitecture(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} is new: add it to docs/architecture.md and to this test.");
        var wrong = References(project).Where(name => name.StartsWith("IpfsKit.", StringComparison.Ordinal)).Except(allowed).ToArray();
        Assert.True(wrong.Length == 0, $"{project} must not reference {string.Join(", ", wrong)}.");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_BelowTheGrains_KnowsNoOrleans(string project)
    {
        if (MayUseOrleans.Contains(project))
            return;
        Assert.DoesNotContain(References(project), name => name.StartsWith("Orleans", StringComparison.Ordinal));
    }

    private static string[] References(string project)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, project + ".dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
