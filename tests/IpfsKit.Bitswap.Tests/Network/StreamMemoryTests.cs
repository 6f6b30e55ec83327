using IpfsKit.Bitswap.Messages;
using IpfsKit.Libp2p;
using IpfsKit.TestKit;
using Microsoft.Extensions.Time.Testing;
using static IpfsKit.Bitswap.Tests.Messages.Wired;

namespace IpfsKit.Bitswap.Tests.Network;

/// <summary>A peer that sends more than there is memory for.</summary>
public sealed class StreamMemoryTests : IAsyncLifetime
{
    private const int Streams = 8;
    private const int BlockBytes = 2 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly InMemoryNetwork _memory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly GatedSink _sink = new();
    private TestNode _bob = null!;
    private TestNode _mallory = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // Four fifths of it are for streams: a window for each, and some blocks, but not eight.
        _bob = await TestNode.StartPlainAsync(_memory, static options => options.Resources.MemoryBytesPerPeer = 16 << 20);
        _bob.AddBitswap(timeProvider: _time, sink: _sink);
        _mallory = await TestNode.StartPlainAsync(_memory);
        await _mallory.Host.ConnectAsync(_bob.Info, Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _mallory.DisposeAsync();
        await _bob.DisposeAsync();
    }

    [Fact]
    public async Task Blocks_ForWhichThereIsNoMemory_WaitUntilThereIs()
    {
        var sending = await SendAsync();
        await UntilAsync("some are here, and no more can be", () => _sink.Blocks is > 0 and < Streams);
        var here = _sink.Blocks;
        _sink.Open();
        await UntilAsync("all are here", () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            return _sink.Blocks == Streams;
        });

        await Task.WhenAll(sending);
        Assert.InRange(here, 1, Streams - 1);
        Assert.Empty(_bob.Observer.Failures);
        await UntilAsync("all messages are read", () => _bob.Instruments.MessagesReceived == Streams);
    }

    [Fact]
    public async Task Blocks_ForWhichThereIsNoMemoryForLong_CostTheirStreams()
    {
        var sending = await SendAsync();
        await UntilAsync("some are here, and no more can be", () => _sink.Blocks is > 0 and < Streams);
        await UntilAsync("the others are given up", () =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(200));
            return sending.Count(static send => send.IsFaulted) + _sink.Blocks == Streams;
        });

        Assert.All(sending, static send => Assert.True(send.IsCompletedSuccessfully || send.Exception?.InnerException is StreamResetException or null));
        Assert.True(_bob.Host.IsConnected(_mallory.Id));
        _sink.Open();
        await UntilAsync("nothing is held", () => _bob.Host.Resources.GetPeer(_mallory.Id).Memory < BlockBytes);
    }

    /// <summary>Sends a block on each of several streams at once; complete when the other side has read them.</summary>
    private async Task<List<Task>> SendAsync()
    {
        var message = Framed(Field(3, [.. Field(1, 1, 0x55, 0x12, 0x20), .. Field(2, new byte[BlockBytes])]));
        var sending = new List<Task>();
        for (var i = 0; i < Streams; i++)
            sending.Add(SendAsync(await _mallory.Host.NewStreamAsync(_bob.Id, [BitswapProtocol.Ids[0]], Cancelled), message));
        return sending;
    }

    private static async Task SendAsync(IProtocolStream stream, byte[] message)
    {
        await stream.WriteAsync(message, Cancelled);
        await stream.CompleteWritesAsync(Cancelled);
        while (await stream.ReadAsync(new byte[16], Cancelled) > 0)
        {
        }
    }

    private static Task UntilAsync(string what, Func<bool> condition) => Eventually.TrueAsync(what, () => Task.FromResult(condition()), Patience, Cancelled);
}
