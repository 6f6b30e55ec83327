using IpfsKit.Client.Feeds;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Client.Reading;

/// <summary>Writes what a path leads to to the local disk; also what the in-memory client uses.</summary>
internal static class Downloader
{
    private static readonly UnixFsReadOptions InTurn = new() { ReadAheadBlocks = 0 };

    /// <summary>From the cluster: one stream of blocks, whatever the number of files.</summary>
    public static async Task<TransferProgress> DownloadAsync(
        ReadSessionFactory reads, IpfsPath path, string destination, DownloadOptions options, IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        var blocks = reads.Open(new EntityRequest { Path = path, Walk = DataPlaneProtocol.ExportWalk });
        await using var _ = blocks.ConfigureAwait(false);
        return await WriteAsync(blocks, path, destination, options, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>From blocks that come in the order of <c>walk=export</c>: path, then as the exporter asks for them.</summary>
    public static async Task<TransferProgress> WriteAsync(
        IBlockSource blocks, IpfsPath path, string destination, DownloadOptions options, IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        var resolved = await new UnixFsResolver(blocks, options: InTurn).ResolveAsync(path, cancellationToken).ConfigureAwait(false);
        if (resolved.Remainder.Count > 0)
            throw new UnixFsTypeException(resolved.Cid, "a file, directory or symbolic link", $"{resolved.Cid.Codec} data");
        if (!options.Overwrite && Path.Exists(destination))
            throw new UnixFsExportException(resolved.Cid, destination, "it is there already");
        var exporter = new UnixFsExporter(blocks, new UnixFsExportOptions
        {
            Overwrite = options.Overwrite,
            RestoreMode = options.RestoreMetadata,
            RestoreModificationTime = options.RestoreMetadata,
            OutsideSymlinks = options.OutsideSymlinks,
            MaxBytes = options.MaxBytes,
            Read = InTurn,
            Progress = progress is null ? null : new Relay(progress),
        });
        return Describe(await exporter.ExportAsync(resolved.Cid, destination, cancellationToken).ConfigureAwait(false));
    }

    private static TransferProgress Describe(UnixFsProgress written) => new(written.Bytes, Files: written.Entries);

    private sealed class Relay(IProgress<TransferProgress> progress) : IProgress<UnixFsProgress>
    {
        public void Report(UnixFsProgress value) => progress.Report(Describe(value));
    }
}
