namespace IpfsKit.Ipld.UnixFs;

/// <summary>Where a tree comes from: a directory of this machine, an upload, an archive.</summary>
public interface IUnixFsSource
{
    /// <summary>
    /// Whether a directory's entries, with all that is below them, come together: once an entry outside a directory came, none inside it comes.
    /// Then only the directories on the way to the present entry are in memory; otherwise all of them, until the end.
    /// </summary>
    bool IsDepthFirst { get; }

    /// <summary>Whether files may be opened and read while further entries are asked for. False for a stream of parts, such as an upload.</summary>
    bool AllowsConcurrentReads { get; }

    /// <summary>The entries. Directories need no entry of their own, unless they are empty or have a mode or time.</summary>
    IAsyncEnumerable<UnixFsSourceEntry> ReadAsync(CancellationToken cancellationToken);
}
