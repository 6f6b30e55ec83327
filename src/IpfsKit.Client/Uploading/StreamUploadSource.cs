using System.Net;
using System.Net.Http.Headers;
using IpfsKit.Grains;

namespace IpfsKit.Client.Uploading;

/// <summary>The rest of a stream as the body.</summary>
internal sealed class StreamUploadSource : UploadSource
{
    private readonly Stream _stream;
    private readonly string _mediaType;
    private readonly long _start;
    private Func<CancellationToken, Task> _endLast = static _ => Task.CompletedTask;

    public StreamUploadSource(Stream stream, string mediaType = DataPlaneProtocol.FileMediaType)
    {
        _stream = stream;
        _mediaType = mediaType;
        CanReplay = stream.CanSeek;
        _start = CanReplay ? stream.Position : 0;
        Length = CanReplay ? Math.Max(0, stream.Length - _start) : null;
    }

    public override bool CanReplay { get; }

    public override long? Length { get; }

    public override long? FileCount => 1;

    public override HttpContent CreateContent(UploadMeter meter)
    {
        var content = new Content(this, meter, _endLast);
        _endLast = content.EndAsync;
        return content;
    }

    private sealed class Content : HttpContent
    {
        private readonly StreamUploadSource _source;
        private readonly UploadMeter _meter;
        private readonly Func<CancellationToken, Task> _endPrevious;
        private readonly CancellationTokenSource _ended = new();
        private readonly SemaphoreSlim _reading = new(1);

        public Content(StreamUploadSource source, UploadMeter meter, Func<CancellationToken, Task> endPrevious)
        {
            (_source, _meter, _endPrevious) = (source, meter, endPrevious);
            Headers.ContentType = new MediaTypeHeaderValue(source._mediaType);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            // A request that fails while its body waits for the source leaves that wait behind: it must not read what this one is to send.
            await _endPrevious(cancellationToken).ConfigureAwait(false);
            await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
                reading.Token.ThrowIfCancellationRequested();
                if (_source.CanReplay)
                    _source._stream.Position = _source._start;
                await SourceCopier.CopyAsync(_source._stream, stream, _source.Length, _meter, reading.Token).ConfigureAwait(false);
                _meter.AddFile();
            }
            finally
            {
                _reading.Release();
            }
        }

        /// <summary>Reads the source no further; completes when it does not.</summary>
        public async Task EndAsync(CancellationToken cancellationToken)
        {
            await _ended.CancelAsync().ConfigureAwait(false);
            await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
            _reading.Release();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _source.Length ?? 0;
            return _source.Length is not null;
        }
    }
}
