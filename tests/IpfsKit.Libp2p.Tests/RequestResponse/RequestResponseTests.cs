using IpfsKit.Libp2p.RequestResponse;
using IpfsKit.Libp2p.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.RequestResponse;

public sealed class RequestResponseTests
{
    private static readonly RequestProtocol<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Protocol =
        new("/double/1", MessageCodec.Bytes, MessageCodec.Bytes) { MaxRequestBytes = 100_000, MaxResponseBytes = 200_000 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16_384)]
    [InlineData(100_000)]
    public async Task Request_IsAnswered(int length)
    {
        await using var pair = await Pair.StartAsync();
        pair.Bob.Host.SetRequestHandler(Protocol, (peer, request, _) =>
        {
            Assert.Equal(pair.Alice.PeerId, peer);
            return Task.FromResult<ReadOnlyMemory<byte>>(new byte[2 * request.Length]);
        });

        Assert.Equal(2 * length, (await pair.Alice.Host.RequestAsync(pair.Bob.PeerId, Protocol, new byte[length], Cancellation)).Length);
    }

    [Fact]
    public async Task Request_InJson_IsAnswered()
    {
        await using var pair = await Pair.StartAsync();
        var protocol = new RequestProtocol<string, int>("/length/1", MessageCodec.Json(TestJson.Default.String), MessageCodec.Json(TestJson.Default.Int32)) { MaxRequestBytes = 100, MaxResponseBytes = 100 };
        pair.Bob.Host.SetRequestHandler(protocol, (_, request, _) => Task.FromResult(request.Length));

        Assert.Equal(5, await pair.Alice.Host.RequestAsync(pair.Bob.PeerId, protocol, "hello", Cancellation));
        var raw = new RequestProtocol<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>("/length/1", MessageCodec.Bytes, MessageCodec.Bytes) { MaxRequestBytes = 100, MaxResponseBytes = 100 };
        await Assert.ThrowsAsync<StreamResetException>(() => pair.Alice.Host.RequestAsync(pair.Bob.PeerId, raw, "nonsense"u8.ToArray(), Cancellation));
    }

    [Fact]
    public async Task Request_TooLarge_IsNotSentAndNotTaken()
    {
        await using var pair = await Pair.StartAsync();
        var isAsked = false;
        pair.Bob.Host.SetRequestHandler(Protocol, (_, request, _) =>
        {
            isAsked = true;
            return Task.FromResult(request);
        });

        await Assert.ThrowsAsync<ArgumentException>(() => pair.Alice.Host.RequestAsync(pair.Bob.PeerId, Protocol, new byte[100_001], Cancellation));
        await Assert.ThrowsAsync<StreamResetException>(() => pair.Alice.Host.RequestAsync(pair.Bob.PeerId, Protocol with { MaxRequestBytes = 1 << 20 }, new byte[100_001], Cancellation));
        Assert.False(isAsked);
    }

    [Fact]
    public async Task Response_TooLarge_IsNotTaken()
    {
        await using var pair = await Pair.StartAsync();
        pair.Bob.Host.SetRequestHandler(Protocol, (_, request, _) => Task.FromResult(request));

        await Assert.ThrowsAsync<ProtocolViolationException>(() => pair.Alice.Host.RequestAsync(pair.Bob.PeerId, Protocol with { MaxResponseBytes = 10 }, new byte[11], Cancellation));
    }

    [Fact]
    public async Task Response_ThatDoesNotCome_IsATimeout()
    {
        var time = new FakeTimeProvider();
        await using var pair = await Pair.StartAsync();
        var asked = new TaskCompletionSource();
        pair.Bob.Host.SetRequestHandler(Protocol, async (_, request, token) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return request;
        });

        var request = pair.Alice.Host.RequestAsync(pair.Bob.PeerId, Protocol with { TimeProvider = time }, new byte[1], Cancellation);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        time.Advance(Protocol.Timeout);

        await Assert.ThrowsAsync<TimeoutException>(() => request);
    }

    [Fact]
    public async Task Handler_ThatFails_FailsTheRequest()
    {
        await using var pair = await Pair.StartAsync();
        pair.Bob.Host.SetRequestHandler(Protocol, (_, _, _) => throw new InvalidDataException("on purpose"));

        await Assert.ThrowsAsync<StreamResetException>(() => pair.Alice.Host.RequestAsync(pair.Bob.PeerId, Protocol, new byte[1], Cancellation));
    }
}
