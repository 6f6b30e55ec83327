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
