using IpfsKit.Interop.Tests.Peers;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>Two js-libp2p peers of <c>tests/peers</c>, each in a process of its own, and a connection over TCP, Noise and yamux between them.</summary>
internal sealed class JsPair : IAsyncDisposable
{
    private readonly JsProcess _listener;
    private readonly JsProcess _dialer;

    private JsPair(JsProcess listener, JsProcess dialer) => (_listener, _dialer) = (listener, dialer);

    public static async Task<JsPair> StartAsync() => new(await JsProcess.StartAsync(new JsPeerOptions()), await JsProcess.StartAsync(new JsPeerOptions()));

    /// <summary>Uploads that many bytes through a new stream; GiB/s, as the uploading peer measures it.</summary>
    public async Task<double> MeasureAsync(long bytes)
    {
        var answer = await _dialer.RunAsync("perf", new() { ["peer"] = _listener.Address, ["upload"] = bytes });
        return bytes / (double)(1 << 30) / (double)answer["seconds"]!;
    }

    public async ValueTask DisposeAsync()
    {
        await _dialer.DisposeAsync();
        await _listener.DisposeAsync();
    }
}
