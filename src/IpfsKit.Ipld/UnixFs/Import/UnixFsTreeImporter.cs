namespace IpfsKit.Ipld.UnixFs;

/// <summary>Imports trees of files, directories and symbolic links.</summary>
/// <remarks>
/// Directories are made bottom-up as their entries are done. Memory beside that of <see cref="UnixFsImporter"/>: some 150 bytes for each entry of the
/// directories that are not made yet, which for a source that is depth first are those on the way to the present entry.
/// Each import is independent; several may run at once.
/// </remarks>
public sealed class UnixFsTreeImporter
{
    private readonly IBlockSink _sink;
    private readonly UnixFsImportOptions _options;

    /// <summary>Makes an importer.</summary>
    /// <param name="sink">Where the blocks go.</param>
    /// <param name="options">How to import; must not be changed afterwards.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public UnixFsTreeImporter(IBlockSink sink, UnixFsImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _sink = sink;
        _options = options ?? new UnixFsImportOptions();
        _options.Validate();
    }

    /// <summary>Imports a tree; its root is always a directory.</summary>
    /// <param name="source">The entries.</param>
    /// <param name="made">Told of each entry when its blocks are made (not yet durable), in the order in which they are; must be quick.</param>
    /// <param name="cancellationToken">Gives up; blocks that were put stay in the sink.</param>
    /// <returns>The root, when every block is in the sink.</returns>
    /// <exception cref="UnixFsNameException">A name cannot be, or is twice in one directory.</exception>
    /// <exception cref="UnixFsSourceException">An entry cannot go where it says, or exceeds a limit.</exception>
    /// <exception cref="BlockTooLargeException">A block would exceed the option.</exception>
    /// <exception cref="StorageFullException">The sink has no room.</exception>
    public async Task<UnixFsImportResult> ImportAsync(
        IUnixFsSource source, IProgress<UnixFsTreeEntry>? made = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var writer = new BlockBatchWriter(_sink, _options.MaxBatchBytes);
        await using var _ = writer.ConfigureAwait(false);
        var progress = new ImportProgress(_options.Progress);
        using var import = new TreeImport(_options, source, writer, progress, made);
        var root = await import.RunAsync(cancellationToken).ConfigureAwait(false);
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        return new UnixFsImportResult(root.Cid, progress.Bytes, (long)root.DagBytes, progress.Blocks);
    }
}
