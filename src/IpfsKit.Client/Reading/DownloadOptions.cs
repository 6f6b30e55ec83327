using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Client;

/// <summary>How content is written to the local disk.</summary>
public sealed record DownloadOptions
{
    /// <summary>Whether files that exist are replaced and directories that exist are filled.</summary>
    /// <value>Default: false, the destination must not exist.</value>
    public bool Overwrite { get; init; }

    /// <summary>Whether stored permission bits and times of modification are restored.</summary>
    /// <value>Default: true.</value>
    public bool RestoreMetadata { get; init; } = true;

    /// <summary>What becomes of symbolic links that lead outside the destination.</summary>
    /// <value>Default: <see cref="UnixFsSymlinkPolicy.Refuse"/>.</value>
    public UnixFsSymlinkPolicy OutsideSymlinks { get; init; }

    /// <summary>The most bytes of files to write.</summary>
    /// <value>From 0. Default: no bound. A download that would pass it fails before the file that does.</value>
    public long MaxBytes { get; init; } = long.MaxValue;
}
