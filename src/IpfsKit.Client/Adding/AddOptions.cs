using IpfsKit.Grains;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Client;

/// <summary>How content is added.</summary>
public sealed record AddOptions
{
    /// <summary>What decides the CIDs.</summary>
    /// <value>A named profile of IPIP-499. Default: <see cref="UnixFsProfile.UnixFsV1_2025"/>.</value>
    public UnixFsProfile Profile { get; init; } = UnixFsProfile.UnixFsV1_2025;

    /// <summary>Whether the root is pinned recursively together with its commit.</summary>
    /// <value>Default: true.</value>
    public bool Pin { get; init; } = true;

    /// <summary>The pin's name.</summary>
    /// <value>At most 255 characters. Default: null.</value>
    public string? PinName { get; init; }

    /// <summary>On how many silos it must be durable before it counts as added.</summary>
    /// <value>Default: null, as the cluster's settings say.</value>
    public WriteConcern? WriteConcern { get; init; }

    /// <summary>Puts a file into a directory under this name; the root is the directory.</summary>
    /// <value>A single name. Default: null, the root is the file. Not for directories.</value>
    public string? WrapAs { get; init; }

    /// <summary>Permission bits that are stored with a file.</summary>
    /// <value>Default: null, none are stored. Not for directories.</value>
    public UnixFileMode? Mode { get; init; }

    /// <summary>The time of modification that is stored with a file.</summary>
    /// <value>Default: null, none is stored. Not for directories.</value>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>Whether the permission bits of local files and directories are stored. They become part of the CID.</summary>
    /// <value>Default: false.</value>
    public bool PreserveMode { get; init; }

    /// <summary>Whether the times of modification of local files and directories are stored. They become part of the CID.</summary>
    /// <value>Default: false.</value>
    public bool PreserveModifiedTime { get; init; }

    /// <summary>Whether entries of directories whose names begin with a dot are added.</summary>
    /// <value>Default: false, as Kubo.</value>
    public bool IncludeHidden { get; init; }

    /// <summary>What becomes of symbolic links in directories.</summary>
    /// <value>Default: <see cref="SymlinkHandling.Preserve"/>.</value>
    public SymlinkHandling Symlinks { get; init; }
}

/// <summary>What becomes of symbolic links when a directory is added.</summary>
public enum SymlinkHandling
{
    /// <summary>They are added as symbolic links, wherever they point.</summary>
    Preserve,

    /// <summary>They are left out.</summary>
    Skip,
}
