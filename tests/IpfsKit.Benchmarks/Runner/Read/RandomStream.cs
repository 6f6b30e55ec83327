namespace IpfsKit.Benchmarks.Runner.Read;

/// <summary>That many random bytes, no two blocks alike, without a file behind them.</summary>
internal sealed class RandomStream(long bytes, int seed = 1) : Stream
{
    private readonly Random _random = new(seed);
    private long _left = bytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = (int)Math.Min(count, _left);
        _random.NextBytes(buffer.AsSpan(offset, read));
        _left -= read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
