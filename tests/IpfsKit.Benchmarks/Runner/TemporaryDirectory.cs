namespace IpfsKit.Benchmarks.Runner;

/// <summary>A directory that is gone after use.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory(string path) => Path = Directory.CreateDirectory(path).FullName;

    /// <summary>Absolute.</summary>
    public string Path { get; }

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
