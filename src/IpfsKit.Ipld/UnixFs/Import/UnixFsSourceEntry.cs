namespace IpfsKit.Ipld.UnixFs;

/// <summary>What an entry of a source is.</summary>
public enum UnixFsSourceKind
{
    /// <summary>A file; <see cref="UnixFsSourceEntry.OpenAsync"/> gives its bytes.</summary>
    File,

    /// <summary>A directory; its entries come as entries of their own.</summary>
    Directory,

    /// <summary>A symbolic link; <see cref="UnixFsSourceEntry.SymlinkTarget"/> says where to.</summary>
    Symlink,
}

/// <summary>One file, directory or symbolic link that is to be imported into a tree.</summary>
public sealed record UnixFsSourceEntry
{
    /// <summary>Where it goes: names joined by <c>/</c>, without a leading one; empty for the root directory itself, to give it a mode and time.</summary>
    public required string Path { get; init; }

    /// <summary>What it is.</summary>
    public required UnixFsSourceKind Kind { get; init; }

    /// <summary>Opens a file's bytes, which the importer reads to the end and disposes. Called once, before the source is asked for its next entry
    /// unless <see cref="IUnixFsSource.AllowsConcurrentReads"/>.</summary>
    public Func<CancellationToken, ValueTask<Stream>>? OpenAsync { get; init; }

    /// <summary>Where a symbolic link leads.</summary>
    public string? SymlinkTarget { get; init; }

    /// <summary>The mode to record, or null for none; symbolic links record none.</summary>
    public uint? Mode { get; init; }

    /// <summary>The time to record, or null for none.</summary>
    public UnixFsTime? ModificationTime { get; init; }

    /// <summary>A file.</summary>
    public static UnixFsSourceEntry File(string path, Func<CancellationToken, ValueTask<Stream>> openAsync) =>
        new() { Path = path, Kind = UnixFsSourceKind.File, OpenAsync = openAsync };

    /// <summary>A file over a stream that is already open.</summary>
    public static UnixFsSourceEntry File(string path, Stream content) => File(path, _ => new ValueTask<Stream>(content));

    /// <summary>A directory.</summary>
    public static UnixFsSourceEntry Directory(string path) => new() { Path = path, Kind = UnixFsSourceKind.Directory };

    /// <summary>A symbolic link.</summary>
    public static UnixFsSourceEntry Symlink(string path, string target) => new() { Path = path, Kind = UnixFsSourceKind.Symlink, SymlinkTarget = target };
}
