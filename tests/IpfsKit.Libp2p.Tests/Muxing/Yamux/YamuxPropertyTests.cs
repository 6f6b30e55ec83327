using CsCheck;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

/// <summary>Operations on many streams, in any order, against a model of them.</summary>
public sealed class YamuxPropertyTests
{
    private const int MaxUnread = 200 * 1024;

    private static readonly Gen<(int Operation, int Stream, bool ByDialer, int Bytes)> Step = Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1000], Gen.Bool, Gen.Int[1, 9000]);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Streams_RandomOperations_DoWhatTheModelSays() => Step.Array[1, 200].SampleAsync(
        async steps =>
        {
            await using var pair = MuxedPair.Create(TestYamux.CreateMuxer(), FramedChannel.CreatePair(8 * 1024));
            var streams = new List<Modelled>();
            foreach (var (operation, number, byDialer, bytes) in steps)
            {
                if (operation == 0 || streams.Count == 0)
                {
                    streams.Add(await Modelled.OpenAsync(byDialer ? pair.Dialer : pair.Listener, byDialer ? pair.Listener : pair.Dialer));
                    continue;
                }

                var stream = streams[number % streams.Count];
                var (ours, theirs) = byDialer ? (stream.One, stream.Other) : (stream.Other, stream.One);
                switch (operation)
                {
                    case 1 when bytes < 2000:
                        await Modelled.ResetAsync(ours, theirs, isDisposed: bytes % 2 == 0);
                        streams.Remove(stream);
                        break;
                    case 2 or 3:
                        await ours.EndAsync();
                        break;
                    case 4 or 5 or 6:
                        await ours.WriteAsync(theirs, bytes);
                        break;
                    default:
                        await ours.ReadAsync(bytes);
                        break;
                }
            }

            foreach (var stream in streams)
                await stream.FinishAsync();
            Assert.Equal((0, 0), (pair.Dialer.StreamCount, pair.Listener.StreamCount));
            Assert.False(pair.Dialer.Closed.IsCompleted || pair.Listener.Closed.IsCompleted);
        },
        iter: Soak.Count(60, 5000),
        threads: 1);

    private sealed class Modelled(Half one, Half other)
    {
        public Half One => one;

        public Half Other => other;

        public static async Task<Modelled> OpenAsync(IMuxedConnection opener, IMuxedConnection acceptor)
        {
            var ours = new Half(await opener.OpenStreamAsync(Cancel));
            var first = ours.Stream.WriteAsync(new byte[1], Cancel);
            var theirs = new Half((await acceptor.AcceptStreamAsync(Cancel))!);
            await first;
            Assert.Equal([0], await theirs.Stream.ReadExactlyAsync(1, Cancel));
            (ours.Peer, theirs.Peer) = (theirs, ours);
            return new Modelled(ours, theirs);
        }

        /// <summary>Whatever was on its way: the other side fails, unless both had ended.</summary>
        public static async Task ResetAsync(Half ours, Half theirs, bool isDisposed)
        {
            var isOver = ours.HasEnded && theirs.HasEnded;
            if (isOver)
            {
                // The end may still be on its way; a reset would overtake nothing, but cut it.
                await ours.DrainAsync();
                await theirs.DrainAsync();
            }

            if (isDisposed)
                await ours.Stream.DisposeAsync();
            else
                ours.Stream.Reset();
            if (!isOver)
                await Assert.ThrowsAsync<StreamResetException>(async () => await theirs.ReadUntilItFailsAsync());
            await theirs.Stream.DisposeAsync();
            await ours.Stream.DisposeAsync();
        }

        public async Task FinishAsync()
        {
            await one.EndAsync();
            await other.EndAsync();
            await one.DrainAsync();
            await other.DrainAsync();
            await one.Stream.DisposeAsync();
            await other.Stream.DisposeAsync();
        }
    }

    private sealed class Half(IMuxedStream stream)
    {
        private readonly Queue<byte> _expected = new();
        private byte _next;

        public IMuxedStream Stream => stream;

        public Half? Peer { get; set; }

        public bool HasEnded { get; private set; }

        public async Task WriteAsync(Half reader, int bytes)
        {
            if (HasEnded || reader._expected.Count + bytes > MaxUnread)
                return;
            var block = new byte[bytes];
            for (var i = 0; i < bytes; i++)
            {
                block[i] = _next++;
                reader._expected.Enqueue(block[i]);
            }

            await stream.WriteAsync(block, Cancel);
        }

        public async Task ReadAsync(int bytes)
        {
            if (_expected.Count == 0 && !Peer!.HasEnded)
                return;
            var buffer = new byte[bytes];
            var read = await stream.ReadAsync(buffer, Cancel);
            Assert.Equal(_expected.Count == 0, read == 0);
            for (var i = 0; i < read; i++)
                Assert.Equal(_expected.Dequeue(), buffer[i]);
        }

        public async Task EndAsync()
        {
            HasEnded = true;
            await stream.CompleteWritesAsync(Cancel);
        }

        public async Task DrainAsync()
        {
            while (_expected.Count > 0)
                await ReadAsync(10_000);
            await ReadAsync(1);
        }

        // An end that came before the reset is one for as long as the reset is on its way.
        public async Task ReadUntilItFailsAsync()
        {
            var buffer = new byte[10_000];
            while (true)
            {
                await stream.ReadAsync(buffer, Cancel);
                await Task.Yield();
            }
        }
    }
}
