using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Tests.TestDoubles;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

public sealed class YamuxOutboxTests
{
    private const int FrameBytes = YamuxSendBuffer.MaxFramePayloadBytes;

    [Theory]
    [InlineData(1, new uint[] { 1, 3, 1, 3, 1, 1 })]
    [InlineData(2, new uint[] { 1, 1, 3, 3, 1, 1 })]
    [InlineData(4, new uint[] { 1, 1, 1, 1, 3, 3 })]
    public void ServeOne_TwoWritesThatWait_HaveTurnsOfSoManyFrames(int framesInTurn, uint[] streams)
    {
        var outbox = Create();
        outbox.FramesInTurn = framesInTurn;
        Wait(outbox, 1, 4 * FrameBytes);
        Wait(outbox, 3, 2 * FrameBytes);

        while (outbox.ServeOne())
        {
        }

        Assert.Equal(streams, StreamsOf(outbox));
    }

    [Fact]
    public void ServeOne_AWriteThatEndsWithinItsTurn_TheNextHasAWholeTurn()
    {
        var outbox = Create();
        outbox.FramesInTurn = 2;
        Wait(outbox, 1, FrameBytes);
        Wait(outbox, 3, 3 * FrameBytes);
        Wait(outbox, 5, FrameBytes);

        while (outbox.ServeOne())
        {
        }

        Assert.Equal([1, 3, 3, 5, 3], StreamsOf(outbox));
    }

    private static YamuxOutbox Create() => new(PlainChannel.CreatePair().Dialer.Sealer, new TestBudget(), new YamuxOptions());

    private static void Wait(YamuxOutbox outbox, uint stream, int bytes)
    {
        var writer = new YamuxStreamWriter(null!, stream, ConnectionDirection.Outbound);
        writer.Begin();
        writer.Wait(new byte[bytes]);
        outbox.EnqueueWrite(writer);
    }

    private static List<uint> StreamsOf(YamuxOutbox outbox)
    {
        var streams = new List<uint>();
        for (ReadOnlySpan<byte> frames = outbox.Buffer.Swap(); !frames.IsEmpty;)
        {
            var header = YamuxHeader.Read(frames);
            streams.Add(header.StreamId);
            frames = frames[(YamuxHeader.Bytes + (int)header.Length)..];
        }

        return streams;
    }
}
