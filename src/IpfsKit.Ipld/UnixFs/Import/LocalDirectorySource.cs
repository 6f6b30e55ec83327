using System.Runtime.CompilerServices;
using IpfsKit.Ipld.Codecs;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>A directory of this machine as a source: always in the same order, symbolic links as links.</summary>
/// <remarks>
/// Symbolic links below the root are never followed, only the root itself may be one. Entries that are neither file, directory nor link
/// (pipes, sockets, devices) are refused on Linux. Memory: the names of the directories on the way to the present entry.
/// </remarks>
public sealed class LocalDirectorySource : IUnixFsSource
{
    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        MatchType = MatchType.Simple,
        RecurseSubdirectories = false,
    };

    private readonly string _root;

    /// <summary>Makes a source.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public LocalDirectorySource(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _root = Path.GetFullPath(path);
        if (!Directory.Exists(_root))
            throw new DirectoryNotFoundException($"'{_root}' is not a directory.");
    }

    /// <summary>Whether entries whose names begin with a dot, or that the system hides, are imported.</summary>
    /// <value>Default: false, as both profiles of IPIP-499.</value>
    public bool IncludeHidden { get; init; }

    /// <summary>Whether permissions are recorded; has no effect on Windows.</summary>
    /// <value>Default: false, as they change the CID.</value>
    public bool PreserveMode { get; init; }

    /// <summary>Whether times of modification are recorded.</summary>
    /// <value>Default: false, as they change the CID.</value>
    public bool PreserveModificationTime { get; init; }

    /// <inheritdoc/>
    public bool IsDepthFirst => true;

    /// <inheritdoc/>
    public bool AllowsConcurrentReads => true;

    /// <summary>Opens a file for one reading from start to end.</summary>
    public static FileStream OpenFile(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.SequentialScan,
    });

    /// <inheritdoc/>
    /// <exception cref="UnixFsSourceException">An entry is of a kind that UnixFS does not have.</exception>
    public async IAsyncEnumerable<UnixFsSourceEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Nothing here waits, but an import that asks for entries on its own thread should get on with its files.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var root = new DirectoryInfo(_root);
        yield return Describe("", root, UnixFsSourceKind.Directory);
        var levels = new Stack<(string Prefix, IEnumerator<FileSystemInfo> Entries)>();
        levels.Push(("", Sort(root).GetEnumerator()));
        while (levels.TryPeek(out var level))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!level.Entries.MoveNext())
            {
                levels.Pop();
                continue;
            }

            var entry = level.Entries.Current;
            var path = level.Prefix + entry.Name;
            if (entry.LinkTarget is { } target)
            {
                yield return Describe(path, entry, UnixFsSourceKind.Symlink) with { SymlinkTarget = target, Mode = null };
            }
            else if (entry is DirectoryInfo directory)
            {
                yield return Describe(path, directory, UnixFsSourceKind.Directory);
                levels.Push((path + "/", Sort(directory).GetEnumerator()));
            }
            else if (UnixFileType.IsSpecial(entry.FullName))
            {
                throw new UnixFsSourceException(path, "is neither a file, a directory nor a symbolic link");
            }
            else
            {
                var fullName = entry.FullName;
                yield return Describe(path, entry, UnixFsSourceKind.File) with { OpenAsync = _ => new ValueTask<Stream>(OpenFile(fullName)) };
            }
        }
    }

    private UnixFsSourceEntry Describe(string path, FileSystemInfo entry, UnixFsSourceKind kind) => new()
    {
        Path = path,
        Kind = kind,
        Mode = PreserveMode && !OperatingSystem.IsWindows() ? (uint)entry.UnixFileMode : null,
        ModificationTime = PreserveModificationTime ? UnixFsTime.FromDateTimeOffset(entry.LastWriteTimeUtc) : null,
    };

    private List<FileSystemInfo> Sort(DirectoryInfo directory)
    {
        var entries = directory.EnumerateFileSystemInfos("*", Everything).Where(IsIncluded).ToList();
        entries.Sort(static (left, right) => Utf8Order.Compare(left.Name, right.Name));
        return entries;
    }

    private bool IsIncluded(FileSystemInfo entry) =>
        IncludeHidden || (entry.Name[0] != '.' && (entry.Attributes & FileAttributes.Hidden) == 0);
}
