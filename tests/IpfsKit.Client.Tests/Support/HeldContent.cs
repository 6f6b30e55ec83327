using System.Net;
using IpfsKit.Grains;

namespace IpfsKit.Client.Tests.Support;

/// <summary>A body that ends when it is told.</summary>
internal sealed class HeldContent : HttpContent
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HeldContent() => Headers.ContentType = new(DataPlaneProtocol.FileMediaType);

    public Task Started => _started.Task;

    public void Release() => _released.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        // More than sockets hold: when it is written, the silo has begun to read it.
        await stream.WriteAsync(new byte[20_000_000]);
        await stream.FlushAsync();
        _started.TrySetResult();
        await _released.Task;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
