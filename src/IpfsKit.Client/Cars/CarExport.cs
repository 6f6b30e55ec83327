using IpfsKit.Client.DataPlane;
using IpfsKit.Client.Feeds;
using IpfsKit.Ipld;
using IpfsKit.Ipld.Car;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Cars;

/// <summary>Writes a CAR from blocks that come in turn; also what the in-memory client uses.</summary>
/// <remarks>The silo's CAR is not copied: it is taken apart, every block checked and held against the DAG, and written anew.</remarks>
internal static class CarExport
{
    /// <summary>From the cluster.</summary>
    public static async Task<Client.CarExportResult> WriteAsync(
        ReadSessionFactory reads, IpfsPath path, Stream destination, CarExportOptions options, IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        var isWholeDag = options is { Scope: DagScope.All, Range: null };
        var blocks = reads.Open(new EntityRequest
        {
            Path = path,
            Scope = options.Scope,
            Range = options.Range,
            // A walk of the whole DAG passes over what it has seen; the walk of an entity asks for it again, and it is left out here.
            Duplicates = !isWholeDag || options.IncludeDuplicates,
        });
        await using var _ = blocks.ConfigureAwait(false);
        var source = new PathMemory(blocks, path.Segments.Count > 0);
        await using var __ = source.ConfigureAwait(false);
        return await WriteAsync(source, path, destination, options, readAhead: 0, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>From any blocks.</summary>
    public static async Task<Client.CarExportResult> WriteAsync(
        IBlockSource blocks, IpfsPath path, Stream destination, CarExportOptions options, int readAhead, IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        var request = new CarExportRequest(path)
        {
            Scope = options.Scope,
            Bytes = options.Range,
            Duplicates = options.IncludeDuplicates ? CarDuplicates.Include : CarDuplicates.Omit,
            ReadAhead = readAhead,
        };
        var counted = new CountingStream(destination, progress);
        await using var _ = counted.ConfigureAwait(false);
        var written = await new CarExporter(blocks).ExportAsync(request, counted, cancellationToken).ConfigureAwait(false);
        return new Client.CarExportResult(written.Root, written.Blocks, written.Bytes);
    }

    /// <summary>Keeps the blocks that are taken while the path is followed, because the export asks for them once more.</summary>
    private sealed class PathMemory(IBlockSource inner, bool follows) : IBlockSource, IAsyncDisposable
    {
        private readonly List<Block> _path = [];
        private bool _isFollowing = follows;
        private int _given;

        public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
        {
            // The export begins when the first block of the path is asked for again; nothing below a block can be the block itself.
            if (_isFollowing && _path.Count > 0 && _path[0].Cid == cid)
                _isFollowing = false;
            if (!_isFollowing && _given < _path.Count && _path[_given].Cid == cid)
                return _path[_given++].Retain();
            var block = await inner.GetAsync(cid, cancellationToken).ConfigureAwait(false);
            if (_isFollowing && block is not null)
                _path.Add(block.Retain());
            return block;
        }

        public ValueTask DisposeAsync()
        {
            foreach (var block in _path)
                block.Dispose();
            _path.Clear();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class CountingStream(Stream inner, IProgress<TransferProgress>? progress) : WriteOnlyStream
    {
        private long _bytes;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            _bytes += buffer.Length;
            progress?.Report(new TransferProgress(_bytes));
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    }
}
