namespace IpfsKit.Ipld.UnixFs;

/// <summary>Imports bytes as UnixFS files: reads, cuts, hashes on all processors, and puts the blocks into a sink.</summary>
/// <remarks>
/// Memory is bounded whatever the file's size: chunks being hashed (<see cref="UnixFsImportOptions.MaxHashingBytes"/>) and three batches
/// (<see cref="UnixFsImportOptions.MaxBatchBytes"/>), 56 MiB with the defaults. Each import is independent; several may run at once.
/// <para><b>Discrepancies.</b> Mode and time of a file need a dag-pb root. Kubo then makes all leaves dag-pb; here, as in Helia, raw leaves stay raw and only
/// a file of one chunk becomes a dag-pb node that holds it. Without mode and time, CIDs are those of the profile everywhere.</para>
/// </remarks>
public sealed class UnixFsImporter
{
    private readonly IBlockSink _sink;
    private readonly UnixFsImportOptions _options;

    /// <summary>Makes an importer.</summary>
    /// <param name="sink">Where the blocks go.</param>
    /// <param name="options">How to import; must not be changed afterwards.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public UnixFsImporter(IBlockSink sink, UnixFsImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _sink = sink;
        _options = options ?? new UnixFsImportOptions();
        _options.Validate();
    }

    /// <summary>Imports a stream, from where it stands to its end, as one file.</summary>
    /// <param name="content">The bytes; left open.</param>
    /// <param name="mode">The mode to record, or null for none.</param>
    /// <param name="modificationTime">The time to record, or null for none.</param>
    /// <param name="cancellationToken">Gives up; blocks that were put stay in the sink.</param>
    /// <returns>The root, when every block is in the sink.</returns>
    /// <exception cref="BlockTooLargeException">A block would exceed the option.</exception>
    /// <exception cref="StorageFullException">The sink has no room.</exception>
    public async Task<UnixFsImportResult> ImportFileAsync(
        Stream content, uint? mode = null, UnixFsTime? modificationTime = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var writer = new BlockBatchWriter(_sink, _options.MaxBatchBytes);
        await using var _ = writer.ConfigureAwait(false);
        var progress = new ImportProgress(_options.Progress);
        using var import = new FileImport(_options, writer, progress);
        var root = await import.ImportAsync(content, mode, modificationTime, cancellationToken).ConfigureAwait(false);
        await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        progress.AddEntry();
        return new UnixFsImportResult(root.Cid, (long)root.FileBytes, (long)root.DagBytes, progress.Blocks);
    }
}
