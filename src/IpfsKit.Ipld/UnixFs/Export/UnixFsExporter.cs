using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.UnixFs;

/// <summary>Writes files and trees of a DAG to a disk, and never anything outside the target.</summary>
/// <remarks>
/// <para>Names are checked before they are used (<see cref="UnixFsName.ValidateForExport(string)"/>); directories below the target are never entered
/// through symbolic links; links that lead outside are subject to <see cref="UnixFsExportOptions.OutsideSymlinks"/>.</para>
/// <para>A file is written under a temporary name in its directory and renamed when it is whole, with its mode and time. What was finished
/// before a failure stays. Memory: a few blocks and, for each directory on the way, one shard.</para>
/// <para>Safe for concurrent use on different targets.</para>
/// </remarks>
public sealed class UnixFsExporter
{
    private readonly IBlockSource _source;
    private readonly UnixFsExportOptions _options;

    /// <summary>Makes an exporter.</summary>
    public UnixFsExporter(IBlockSource source, UnixFsExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _options = options ?? new UnixFsExportOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.MaxBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(_options.MaxEntries);
        _options.Read.Validate();
    }

    /// <summary>Writes a file, directory or symbolic link to a path.</summary>
    /// <param name="cid">The root.</param>
    /// <param name="target">Where the root itself goes. Its parent exists; for a directory, it may exist too and is added to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="UnixFsNameException">A name is not safe to use as a file's.</exception>
    /// <exception cref="UnixFsExportException">Something is there already, would lead outside, or exceeds a limit.</exception>
    /// <exception cref="BlockNotFoundException">A block is not to be had.</exception>
    /// <exception cref="UnixFsException">A node is not valid UnixFS.</exception>
    /// <exception cref="TraversalLimitException">The tree is deeper than the options allow.</exception>
    public async Task<UnixFsProgress> ExportAsync(Cid cid, string target, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        var export = new TreeExport(_source, _options, cid);
        await export.WriteAsync(cid, Path.GetFullPath(target), 0, cancellationToken).ConfigureAwait(false);
        return export.Written;
    }

    /// <summary>Writes a file's bytes to a stream.</summary>
    /// <exception cref="UnixFsTypeException">It is no file.</exception>
    /// <exception cref="BlockNotFoundException">A block is not to be had.</exception>
    /// <exception cref="UnixFsException">A node is not valid UnixFS; the bytes before it were written.</exception>
    public async Task ExportAsync(Cid cid, Stream destination, CancellationToken cancellationToken = default)
    {
        using var file = await UnixFsFile.OpenAsync(_source, cid, _options.Read, cancellationToken).ConfigureAwait(false);
        if (file.Length > _options.MaxBytes)
            throw new UnixFsExportException(cid, "(a stream)", $"{file.Length} bytes exceed the limit of {_options.MaxBytes}");
        await file.CopyToAsync(destination, cancellationToken).ConfigureAwait(false);
    }
}
