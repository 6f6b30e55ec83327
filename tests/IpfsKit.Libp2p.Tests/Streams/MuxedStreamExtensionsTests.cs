using IpfsKit.Libp2p.Tests.Hosting;

namespace IpfsKit.Libp2p.Tests.Streams;

public sealed class MuxedStreamExtensionsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_OfAllSizes_ArriveWholeAndCountAgainstTheStream()
    {
        await using var pair = await Pair.StartAsync();
        int[] sizes = [0, 1, 127, 128, 16_384, 16_385, 1_000_000];
        var received = new List<int>();
        var reserved = new List<long>();
        var ended = new TaskCompletionSource();
        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/messages/1"), async (stream, token) =>
        {
            while (await stream.ReadLengthPrefixedAsync(1_000_000, token) is { } message)
            {
                using (message)
                {
                    received.Add(message.Memory.Length);
                    reserved.Add(pair.Bob.Host.Parts.Resources.Protocols.Usage("/messages/1").Memory);
                }
            }

            ended.SetResult();
        });
        await using var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, ["/messages/1"], Cancellation);

        foreach (var size in sizes)
            await stream.WriteLengthPrefixedAsync(new byte[size], Cancellation);
        await stream.CompleteWritesAsync(Cancellation);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

        Assert.Equal(sizes, received);
        Assert.Equal(sizes.Select(size => (long)size), reserved);
    }

    [Fact]
    public async Task Close_WhatTheOtherSideHasNotReadYet_IsNotLost()
    {
        await using var pair = await Pair.StartAsync();
        var mayRead = new TaskCompletionSource();
        var received = new TaskCompletionSource<long>();
        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/one-way/1"), async (stream, token) =>
        {
            // What the sender does not want, and the end of this direction before anything is read.
            await stream.WriteAsync(new byte[10_000], token);
            await stream.CompleteWritesAsync(token);
            await mayRead.Task;
            var bytes = 0L;
            var buffer = new byte[4096];
            for (int read; (read = await stream.ReadAsync(buffer, token)) > 0;)
                bytes += read;
            received.SetResult(bytes);
        });
        var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, ["/one-way/1"], Cancellation);
        await stream.WriteAsync(new byte[100_000], Cancellation);

        await stream.CloseAsync(Cancellation);
        mayRead.SetResult();

        Assert.Equal(100_000, await received.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    [Fact]
    public async Task Close_GivenUp_ResetsTheStream()
    {
        await using var pair = await Pair.StartAsync();
        var failure = new TaskCompletionSource<Exception>();
        var ended = new TaskCompletionSource();
        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/one-way/1"), async (stream, token) =>
        {
            while (await stream.ReadAsync(new byte[10], token) > 0)
            {
                // To the end of the other direction, and never to that of this one.
            }

            ended.SetResult();
            failure.SetResult(await Assert.ThrowsAsync<StreamResetException>(async () =>
            {
                while (true)
                    await stream.WriteAsync(new byte[1000], token);
            }));
        });
        using var patience = new CancellationTokenSource();
        var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, ["/one-way/1"], Cancellation);
        await stream.WriteAsync(new byte[1], Cancellation);

        var closing = stream.CloseAsync(patience.Token).AsTask();
        // A reset overtakes the end.
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => closing);
        Assert.True(((StreamResetException)await failure.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation)).ByRemote);
    }

    [Theory]
    [InlineData("0b00000000000000000000", "10 are allowed")]
    [InlineData("ffffffffffffffff7f", "10 are allowed")]
    [InlineData("ffffffffffffffffffff", "no varint")]
    [InlineData("8000", "no varint")]
    [InlineData("80", "within the length")]
    [InlineData("0501", "within a message")]
    public async Task Message_ThatIsNone_IsAViolation(string hex, string reason)
    {
        await using var pair = await Pair.StartAsync();
        var failure = new TaskCompletionSource<Exception>();
        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/messages/1"), async (stream, token) =>
            failure.SetResult(await Assert.ThrowsAsync<ProtocolViolationException>(() => stream.ReadLengthPrefixedAsync(10, token).AsTask())));
        await using var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, ["/messages/1"], Cancellation);

        await stream.WriteAsync(Convert.FromHexString(hex), Cancellation);
        await stream.CompleteWritesAsync(Cancellation);

        Assert.Contains(reason, (await failure.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation)).Message, StringComparison.Ordinal);
    }
}
