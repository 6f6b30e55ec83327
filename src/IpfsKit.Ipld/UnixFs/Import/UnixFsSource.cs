namespace IpfsKit.Ipld.UnixFs;

/// <summary>A source over entries from anywhere, in any order.</summary>
/// <param name="entries">The entries; enumerated once by an import.</param>
/// <param name="isDepthFirst"><see cref="IUnixFsSource.IsDepthFirst"/>.</param>
/// <param name="allowsConcurrentReads"><see cref="IUnixFsSource.AllowsConcurrentReads"/>.</param>
public sealed class UnixFsSource(IAsyncEnumerable<UnixFsSourceEntry> entries, bool isDepthFirst = false, bool allowsConcurrentReads = false) : IUnixFsSource
{
    /// <summary>A source over entries that are at hand.</summary>
    public UnixFsSource(IEnumerable<UnixFsSourceEntry> entries)
        : this(entries.ToAsyncEnumerable(), isDepthFirst: false, allowsConcurrentReads: true)
    {
    }

    /// <inheritdoc/>
    public bool IsDepthFirst => isDepthFirst;

    /// <inheritdoc/>
    public bool AllowsConcurrentReads => allowsConcurrentReads;

    /// <inheritdoc/>
    public IAsyncEnumerable<UnixFsSourceEntry> ReadAsync(CancellationToken cancellationToken) => entries;
}
