using BenchmarkDotNet.Attributes;
using IpfsKit.Benchmarks.Runner.Libp2p;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Transports.Tcp;

namespace IpfsKit.Benchmarks.Libp2p;

/// <summary>A stream in steady state, over real sockets; an operation is a frame of 64 KiB, sent and received.</summary>
[MemoryDiagnoser]
public class StreamBenchmarks
{
    private const int FrameBytes = 64 << 10;
    private const int Frames = 1024;

    private readonly byte[] _source = new byte[FrameBytes];
    private readonly byte[] _sink = new byte[4 * FrameBytes];
    private MuxedPair _pair = null!;
    private IMuxedStream _sender = null!;
    private IMuxedStream _receiver = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _pair = await MuxedPair.ConnectAsync(new TcpTransport(new TcpOptions(), TimeProvider.System), "/ip4/127.0.0.1/tcp/0", key => new NoiseProtocol(key));
        _sender = await _pair.Dialer.OpenStreamAsync(CancellationToken.None);
        await _sender.WriteAsync(new byte[1]);
        _receiver = (await _pair.Listener.AcceptStreamAsync(CancellationToken.None))!;
        await _receiver.ReadAsync(new byte[1]);
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _sender.DisposeAsync();
        await _receiver.DisposeAsync();
        await _pair.DisposeAsync();
    }

    [Benchmark(OperationsPerInvoke = Frames)]
    public async Task FrameOverNoise()
    {
        var receiving = ReceiveAsync();
        for (var i = 0; i < Frames; i++)
            await _sender.WriteAsync(_source);
        await receiving;
    }

    private async Task ReceiveAsync()
    {
        for (var left = (long)Frames * FrameBytes; left > 0;)
            left -= await _receiver.ReadAsync(_sink);
    }
}
