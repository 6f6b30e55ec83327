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
        if (CanReplay)
            _stream.Position = _start;
        return new Content(this, meter);
    }

    private sealed class Content : HttpContent
    {
        private readonly StreamUploadSource _source;
        private readonly UploadMeter _meter;

        public Content(StreamUploadSource source, UploadMeter meter)
        {
            (_source, _meter) = (source, meter);
            Headers.ContentType = new MediaTypeHeaderValue(source._mediaType);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await SourceCopier.CopyAsync(_source._stream, stream, _source.Length, _meter, cancellationToken).ConfigureAwait(false);
            _meter.AddFile();
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _source.Length ?? 0;
            return _source.Length is not null;
        }
    }
}
