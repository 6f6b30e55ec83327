namespace IpfsKit.Ipld.Tests.Car;

/// <summary>A stream that cannot seek and gives out its bytes a few at a time, as a network does.</summary>
internal sealed class TrickleStream(byte[] bytes, int step) : MemoryStream(bytes, writable: false)
{
    /// <summary>How many bytes were taken.</summary>
    public long Taken { get; private set; }

    public bool IsDisposed { get; private set; }

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
        Taken += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
