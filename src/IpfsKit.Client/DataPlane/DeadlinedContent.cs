using System.Net;

namespace IpfsKit.Client.DataPlane;

/// <summary>A body under a deadline: each write must go through in time, then the answer must come within another time. What the source takes does not count.</summary>
internal sealed class DeadlinedContent : HttpContent
{
    private readonly HttpContent _content;
    private readonly Deadline _deadline;
    private readonly TimeSpan _answer;

    public DeadlinedContent(HttpContent content, Deadline deadline, TimeSpan answer)
    {
        (_content, _deadline, _answer) = (content, deadline, answer);
        foreach (var (name, values) in content.Headers)
            Headers.TryAddWithoutValidation(name, values);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var guarded = new GuardedStream(stream, _deadline);
        await using var _ = guarded.ConfigureAwait(false);
        await _content.CopyToAsync(guarded, context, cancellationToken).ConfigureAwait(false);
        _deadline.Start(_answer);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _content.Headers.ContentLength ?? 0;
        return _content.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _content.Dispose();
        base.Dispose(disposing);
    }

    private sealed class GuardedStream(Stream inner, Deadline deadline) : WriteOnlyStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            deadline.Start();
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            deadline.Stop();
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    }
}
