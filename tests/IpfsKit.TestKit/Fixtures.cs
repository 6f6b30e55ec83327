namespace IpfsKit.TestKit;

/// <summary>The public test data: <c>IPFSKIT_FIXTURES</c>, or <c>shared/fixtures</c> beside the repository.</summary>
public static class Fixtures
{
    /// <summary>Absolute path of a fixture file or folder; skips the test with a sentence where the data is absent.</summary>
    public static string Path(params string[] parts)
    {
        Assert.SkipWhen(Root is null, "The test data is absent: set IPFSKIT_FIXTURES to its folder.");
        return System.IO.Path.Combine([Root!, .. parts]);
    }

    /// <summary>The folder, or null where the data is absent.</summary>
    public static string? Root { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("IPFSKIT_FIXTURES") is { Length: > 0 } configured)
            return Directory.Exists(configured) ? System.IO.Path.GetFullPath(configured) : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "IpfsKitOrleans.sln")))
            {
                var beside = System.IO.Path.Combine(folder.Parent!.FullName, "shared", "fixtures");
                return Directory.Exists(beside) ? beside : null;
            }
        }

        return null;
    }
}
