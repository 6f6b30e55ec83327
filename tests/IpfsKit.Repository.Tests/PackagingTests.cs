using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using IpfsKit.TestKit;

namespace IpfsKit.Repository.Tests;

/// <summary>The packages are whole, and somebody else's project can use them.</summary>
public sealed class PackagingTests : IDisposable
{
    private const string Version = "0.0.0-test";

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private static readonly Guid SourceLinkId = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Pack_EveryLibrary_HasReadmeDocumentationAndSymbols()
    {
        var feed = await PackAsync();

        foreach (var project in Directory.GetDirectories(RepositoryRoot.Combine("src")).Select(Path.GetFileName))
        {
            using var package = await ZipFile.OpenReadAsync(Path.Combine(feed, $"{project}.{Version}.nupkg"), Cancellation);
            string[] expected = ["README.md", $"lib/net10.0/{project}.dll", $"lib/net10.0/{project}.xml", $"{project}.nuspec"];
            Assert.Empty(expected.Except(package.Entries.Select(entry => entry.FullName)));
            using var symbols = await ZipFile.OpenReadAsync(Path.Combine(feed, $"{project}.{Version}.snupkg"), Cancellation);
            Assert.Contains($"lib/net10.0/{project}.pdb", symbols.Entries.Select(entry => entry.FullName));
        }
    }

    [Fact]
    public async Task Client_FromALocalFeed_BuildsAndRunsInSomebodyElsesProject()
    {
        var feed = await PackAsync();
        var consumer = Directory.CreateDirectory(_directory.Combine("consumer")).FullName;
        await File.WriteAllTextAsync(Path.Combine(consumer, "NuGet.config"), $"""
            <configuration>
              <packageSources><add key="local" value="{feed}" /></packageSources>
            </configuration>
            """, Cancellation);
        await File.WriteAllTextAsync(Path.Combine(consumer, "Consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <RestorePackagesPath>{_directory.Combine("packages")}</RestorePackagesPath>
                <RestoreFallbackFolders>{GlobalPackages()}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="IpfsKit.Client" Version="{Version}" /></ItemGroup>
            </Project>
            """, Cancellation);
        await File.WriteAllTextAsync(Path.Combine(consumer, "Program.cs"), """
            using IpfsKit.Client;
            using IpfsKit.Multiformats;
            using Microsoft.Extensions.DependencyInjection;

            var services = new ServiceCollection();
            services.AddIpfsKitClient(options => { });
            Console.WriteLine(services.Any(service => service.ServiceType == typeof(IIpfsKitClient)));
            Console.WriteLine(Cid.Parse("QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n").ToV1());
            """, Cancellation);

        var output = await CommandLine.RunAsync("dotnet", consumer, Cancellation, "run", "--project", "Consumer.csproj");

        Assert.Contains("True", output);
        Assert.Contains("bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", output);
    }

    [Fact]
    public async Task Symbols_OfACheckoutWithARemote_LinkToItsSources()
    {
        var clone = _directory.Combine("clone");
        await CommandLine.RunAsync("git", RepositoryRoot.Path, Cancellation, "clone", "--quiet", "--local", RepositoryRoot.Path, clone);
        await CommandLine.RunAsync("git", clone, Cancellation, "remote", "set-url", "origin", "https://github.com/example/ipfskit.git");
        await CommandLine.RunAsync("dotnet", clone, Cancellation, "build", "src/IpfsKit.Multiformats", "-c", "Release", "--nologo");

        using var pdb = File.OpenRead(Path.Combine(clone, "src/IpfsKit.Multiformats/bin/Release/net10.0/IpfsKit.Multiformats.pdb"));
        using var provider = MetadataReaderProvider.FromPortablePdbStream(pdb);
        var metadata = provider.GetMetadataReader();
        var sourceLink = metadata.CustomDebugInformation.Select(metadata.GetCustomDebugInformation)
            .Where(information => metadata.GetGuid(information.Kind) == SourceLinkId)
            .Select(information => Encoding.UTF8.GetString(metadata.GetBlobBytes(information.Value)));
        Assert.Contains("https://raw.githubusercontent.com/example/ipfskit/", Assert.Single(sourceLink));
    }

    private static string GlobalPackages() => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private async Task<string> PackAsync()
    {
        var feed = _directory.Combine("feed");
        await CommandLine.RunAsync("dotnet", RepositoryRoot.Path, Cancellation,
            "pack", "IpfsKitOrleans.sln", "-c", Configuration, "--no-build", "--nologo", $"-p:Version={Version}", "-o", feed);
        return feed;
    }
}
