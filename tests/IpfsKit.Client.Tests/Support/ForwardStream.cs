namespace IpfsKit.Client.Tests.Support;

/// <summary>A source that can be read once, front to back, and may fail on the way.</summary>
internal sealed class ForwardStream(byte[] content, int failAt = int.MaxValue, Action<int>? onRead = null) : Stream
{
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_position >= failAt)
            throw new InvalidDataException("the source failed");
        count = Math.Min(Math.Min(count, 64 << 10), content.Length - _position);
        content.AsSpan(_position, count).CopyTo(buffer.AsSpan(offset));
        _position += count;
        onRead?.Invoke(_position);
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = new byte[buffer.Length];
        var read = Read(bytes, 0, bytes.Length);
        bytes.AsSpan(0, read).CopyTo(buffer.Span);
        return new ValueTask<int>(read);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
