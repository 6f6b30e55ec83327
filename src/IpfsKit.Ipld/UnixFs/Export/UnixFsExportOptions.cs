namespace IpfsKit.Ipld.UnixFs;

/// <summary>What an export does with symbolic links that lead outside the target directory, or to an absolute path.</summary>
public enum UnixFsSymlinkPolicy
{
    /// <summary>The export fails at such a link.</summary>
    Refuse,

    /// <summary>Such links are left out.</summary>
    Skip,

    /// <summary>Such links are made as they are. The export itself never writes through them; what opens them later may.</summary>
    Allow,
}

/// <summary>How a tree is written to a disk.</summary>
public sealed class UnixFsExportOptions
{
    /// <summary>Whether files and links that are there are replaced. Directories that are there are always added to.</summary>
    /// <value>Default: false, and the export fails at the first that is there.</value>
    public bool Overwrite { get; set; }

    /// <summary>Whether recorded permissions are restored: <c>rwx</c> for user, group and others, never set-id or sticky. No effect on Windows.</summary>
    /// <value>Default: true.</value>
    public bool RestoreMode { get; set; } = true;

    /// <summary>Whether recorded times of files and directories are restored.</summary>
    /// <value>Default: true.</value>
    public bool RestoreModificationTime { get; set; } = true;

    /// <summary>What happens to symbolic links that lead outside.</summary>
    /// <value>Default: <see cref="UnixFsSymlinkPolicy.Refuse"/>.</value>
    public UnixFsSymlinkPolicy OutsideSymlinks { get; set; }

    /// <summary>The most bytes of files that are written.</summary>
    /// <value>From 0. Default: no bound.</value>
    public long MaxBytes { get; set; } = long.MaxValue;

    /// <summary>The most files, directories and links that are written.</summary>
    /// <value>From 0. Default: 10 million.</value>
    public long MaxEntries { get; set; } = 10_000_000;

    /// <summary>How blocks are read; its depth bounds the directories that are nested.</summary>
    public UnixFsReadOptions Read { get; set; } = UnixFsReadOptions.Default;

    /// <summary>Told of bytes written, once per block; must be quick.</summary>
    public IProgress<UnixFsProgress>? Progress { get; set; }
}
