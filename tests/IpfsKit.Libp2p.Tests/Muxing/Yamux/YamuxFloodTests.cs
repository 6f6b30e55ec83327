using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Tests.TestDoubles;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

/// <summary>What keeps floods of frames cheap, until they are long enough to end the connection.</summary>
public sealed class YamuxFloodTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Resets_OfStreamsWithoutAByte_EndTheConnectionSooner()
    {
        await using var peer = FramePeer.Create(new YamuxOptions { MaxSilentStreams = 100 });
        await peer.FloodAsync(1000, i => [new(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 0), new(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 1 + (2 * i), 0)]);

        await peer.ExpectProtocolErrorAsync("100 streams that were reset before they had a byte");
    }

    [Fact]
    public async Task Resets_OfStreamsWithAByte_AreAllowed()
    {
        await using var peer = FramePeer.Create(new YamuxOptions { MaxSilentStreams = 1 });
        for (uint i = 0; i < 10; i++)
        {
            await peer.SendDataAsync(YamuxFlags.Syn, 1 + (2 * i), 7);
            await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 1 + (2 * i), 0);
        }

        await peer.SendDataAsync(YamuxFlags.Syn, 101, 7);
        // The others have nothing to say any more.
        var stream = await peer.Victim.AcceptStreamAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
        while (stream is { Id: not 101 })
            stream = await peer.Victim.AcceptStreamAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);
        Assert.NotNull(stream);
    }

    [Fact]
    public async Task Accept_StreamsThatWereReset_AreLeftOut()
    {
        await using var peer = FramePeer.Create();
        for (uint i = 0; i < 10; i++)
        {
            await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 1 + (2 * i), 0);
            await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Rst, 1 + (2 * i), 0);
        }

        await peer.SendAsync(YamuxFrameType.WindowUpdate, YamuxFlags.Syn, 101, 0);
        await peer.ExpectStreamsAsync(1);
        Assert.Equal(101, (await peer.Victim.AcceptStreamAsync(Cancel))!.Id);
    }

    [Fact]
    public async Task Questions_OfOneRead_AreAnsweredInOneFrame()
    {
        var (attacker, channel) = FramedChannel.CreatePair();
        await using var victim = TestYamux.CreateMuxer().Multiplex(channel, new TestBudget());
        var pings = new byte[200 * YamuxHeader.Bytes];
        for (uint i = 0; i < 200; i++)
            new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Syn, 0, i).Write(pings.AsSpan((int)i * YamuxHeader.Bytes));
        await attacker.SendPlainAsync(pings, Cancel);

        var answers = await attacker.ReadAsync(Cancel).AsTask().WaitAsync(Patience, Cancel);

        Assert.Equal(pings.Length, answers.Length);
        Assert.Equal(new YamuxHeader(YamuxFrameType.Ping, YamuxFlags.Ack, 0, 199), YamuxHeader.Read(answers.Span[^YamuxHeader.Bytes..]));
    }

    [Fact]
    public async Task Streams_OfAConnectionThatEnds_HaveAFailureEach()
    {
        await using var peer = FramePeer.Create();
        var (first, second) = (await peer.Victim.OpenStreamAsync(Cancel), await peer.Victim.OpenStreamAsync(Cancel));
        peer.Victim.Abort(new InvalidOperationException("because"));

        var failure = await Assert.ThrowsAsync<ConnectionClosedException>(async () => await first.ReadAsync(new byte[1], Cancel));

        // One that many throw collects the stack traces of all, a quarter of a megabyte with 60 of them.
        Assert.NotSame(failure, await Assert.ThrowsAsync<ConnectionClosedException>(async () => await second.ReadAsync(new byte[1], Cancel)));
    }
}
