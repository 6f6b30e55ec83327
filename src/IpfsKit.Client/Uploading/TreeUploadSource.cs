using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using IpfsKit.Grains;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Client.Uploading;

/// <summary>A directory of the local disk as <c>multipart/form-data</c> in Kubo's convention.</summary>
/// <remarks>
/// One part per entry, parents before children: <c>Content-Disposition: form-data; name="file?mode=0644&amp;mtime=…"; filename="percent-encoded path"</c>
/// and the content types <c>application/octet-stream</c>, <c>application/x-directory</c> (no body), <c>application/symlink</c> (the target).
/// All paths lie below one directory, which is the root.
/// </remarks>
internal sealed class TreeUploadSource : UploadSource
{
    private const string RootName = "root";

    private readonly LocalDirectorySource _tree;
    private readonly SymlinkHandling _symlinks;
    private long? _length;
    private long? _fileCount;

    private TreeUploadSource(string root, AddOptions options)
    {
        _tree = new LocalDirectorySource(root)
        {
            IncludeHidden = options.IncludeHidden,
            PreserveMode = options.PreserveMode,
            PreserveModificationTime = options.PreserveModifiedTime,
        };
        _symlinks = options.Symlinks;
    }

    public override bool CanReplay => true;

    public override long? Length => _length;

    public override long? FileCount => _fileCount;

    /// <summary>A source over a directory.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="options">What of it.</param>
    /// <param name="measure">Whether to count files and bytes beforehand, for the sake of a progress bar.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<TreeUploadSource> OpenAsync(string root, AddOptions options, bool measure, CancellationToken cancellationToken)
    {
        var source = new TreeUploadSource(root, options);
        if (!measure)
            return source;
        var (bytes, files) = (0L, 0L);
        await foreach (var entry in source._tree.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (entry.Kind != UnixFsSourceKind.File)
                continue;
            bytes += new FileInfo(Path.Combine(root, entry.Path)).Length;
            files++;
        }

        (source._length, source._fileCount) = (bytes, files);
        return source;
    }

    public override HttpContent CreateContent(UploadMeter meter) => new Content(this, meter);

    private sealed class Content : HttpContent
    {
        private readonly TreeUploadSource _source;
        private readonly UploadMeter _meter;
        private readonly string _boundary = $"ipfskit-{Guid.NewGuid():N}";

        public Content(TreeUploadSource source, UploadMeter meter)
        {
            (_source, _meter) = (source, meter);
            Headers.ContentType = new MediaTypeHeaderValue(DataPlaneProtocol.TreeMediaType);
            Headers.ContentType.Parameters.Add(new NameValueHeaderValue("boundary", _boundary));
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            // Headers and small files of many entries go out together.
            var buffered = new BufferedStream(stream, 64 << 10);
            var entries = _source._tree.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var _ = entries.ConfigureAwait(false);
            while (await OnOurSideAsync(() => entries.MoveNextAsync()).ConfigureAwait(false))
            {
                var entry = entries.Current;
                if (entry.Kind == UnixFsSourceKind.Symlink && _source._symlinks == SymlinkHandling.Skip)
                    continue;
                await WriteAsync(buffered, $"--{_boundary}\r\n{Header(entry)}\r\n", cancellationToken).ConfigureAwait(false);
                if (entry.Kind == UnixFsSourceKind.File)
                    await WriteFileAsync(buffered, entry, cancellationToken).ConfigureAwait(false);
                else if (entry.Kind == UnixFsSourceKind.Symlink)
                    await WriteAsync(buffered, entry.SymlinkTarget ?? "", cancellationToken).ConfigureAwait(false);
                await WriteAsync(buffered, "\r\n", cancellationToken).ConfigureAwait(false);
            }

            await WriteAsync(buffered, $"--{_boundary}--\r\n", cancellationToken).ConfigureAwait(false);
            await buffered.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        private static Task WriteAsync(Stream stream, string text, CancellationToken cancellationToken) =>
            stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).AsTask();

        private static string Header(UnixFsSourceEntry entry)
        {
            var path = entry.Path.Length == 0 ? RootName : $"{RootName}/{entry.Path}";
            var mediaType = entry.Kind switch
            {
                UnixFsSourceKind.Directory => DataPlaneProtocol.DirectoryMediaType,
                UnixFsSourceKind.Symlink => DataPlaneProtocol.SymlinkMediaType,
                _ => DataPlaneProtocol.FileMediaType,
            };
            return $"Content-Disposition: form-data; name=\"file{Metadata(entry)}\"; filename=\"{Uri.EscapeDataString(path)}\"\r\n"
                + $"Content-Type: {mediaType}\r\n";
        }

        private static string Metadata(UnixFsSourceEntry entry)
        {
            var query = new List<string>(3);
            if (entry.Mode is { } mode)
                query.Add($"mode=0{Convert.ToString(mode, 8)}");
            if (entry.ModificationTime is { } time)
            {
                query.Add(string.Create(CultureInfo.InvariantCulture, $"mtime={time.Seconds}"));
                if (time.Nanoseconds > 0)
                    query.Add(string.Create(CultureInfo.InvariantCulture, $"mtime-nsecs={time.Nanoseconds}"));
            }

            return query.Count == 0 ? "" : $"?{string.Join('&', query)}";
        }

        private async Task WriteFileAsync(Stream stream, UnixFsSourceEntry entry, CancellationToken cancellationToken)
        {
            var file = await OnOurSideAsync(() => entry.OpenAsync!(cancellationToken)).ConfigureAwait(false);
            await using var _ = file.ConfigureAwait(false);
            await SourceCopier.CopyAsync(file, stream, null, _meter, cancellationToken).ConfigureAwait(false);
            _meter.AddFile();
        }

        /// <summary>Does something with the local disk, and remembers if that is what failed.</summary>
        private async ValueTask<T> OnOurSideAsync<T>(Func<ValueTask<T>> action)
        {
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                _meter.Fail(exception);
                throw;
            }
        }
    }
}
