using System.Text;
using IpfsKit.Interop.Tests.Peers;
using IpfsKit.Libp2p;

namespace IpfsKit.Interop.Tests.Js;

/// <summary>Streams with js-libp2p: amounts, numbers, ends and resets, in both directions.</summary>
public sealed class JsStreamTests
{
    private const int EchoBytes = 100 << 20;

    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Echo_100MebibytesThroughJs_ComeBackTheSame()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer();
        var connection = await local.DialAsync(js.Addresses[0]);
        await using var stream = await local.OpenAsync(connection, Handlers.Echo);
        var reading = Pattern.DrainAsync(stream, Token);
        await Pattern.WriteAsync(stream, EchoBytes, 3, Token);
        await stream.CompleteWritesAsync(Token);
        Assert.Equal((EchoBytes, Pattern.Hash(EchoBytes, 3)), await reading.WaitAsync(LongPatience, Token));
    }

    [Fact]
    public async Task Echo_100MebibytesOfJsThroughThisSide_ComeBackTheSame()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer().WithTestProtocols();
        var address = await local.ListenAsync();
        var echoed = await js.RunAsync("echo", new { peer = address.ToString(), protocol = Handlers.Echo, bytes = EchoBytes, seed = 4, timeoutMs = 60_000 }, LongPatience);
        Assert.Equal(EchoBytes, (int)echoed["bytes"]!);
        Assert.Equal(Pattern.Hash(EchoBytes, 4), (string?)echoed["sha256"]);
    }

    [Fact]
    public async Task Streams_ManyAtOnceEitherWay_AreNotMixedUp()
    {
        const int Count = 200;
        const int Bytes = 100_000;
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer().WithTestProtocols();
        var connection = await local.DialAsync(js.Addresses[0]);
        var theirs = js.RunAsync("echoes", new { peer = local.PeerId.ToString(), protocol = Handlers.Echo, bytes = Bytes, count = Count }, LongPatience);
        await Task.WhenAll(Enumerable.Range(0, Count).Select(EchoAsync));
        var results = (await theirs)["results"]!.AsArray();
        Assert.Equal(Count, results.Count);
        for (var i = 0; i < Count; i++)
            Assert.Equal(Pattern.Hash(Bytes, i), (string?)results[i]!["sha256"]);

        async Task EchoAsync(int i)
        {
            await using var stream = await local.OpenAsync(connection, Handlers.Echo);
            var reading = Pattern.DrainAsync(stream, Token);
            await Pattern.WriteAsync(stream, Bytes, i, Token);
            await stream.CompleteWritesAsync(Token);
            Assert.Equal((Bytes, Pattern.Hash(Bytes, i)), await reading.WaitAsync(LongPatience, Token));
        }
    }

    [Fact]
    public async Task HalfClose_EitherWay_LeavesTheOtherDirectionOpen()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer().WithTestProtocols();
        var connection = await local.DialAsync(js.Addresses[0]);
        await using var stream = await local.OpenAsync(connection, Handlers.Hash);
        await Pattern.WriteAsync(stream, 5_000_000, 5, Token);
        await stream.CompleteWritesAsync(Token);
        var buffer = new byte[64];
        var length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), Token) is var read && read > 0)
            length += read;
        Assert.Equal(Pattern.Hash(5_000_000, 5), Encoding.ASCII.GetString(buffer.AsSpan(0, length)));

        var answer = await js.RunAsync("request", new { peer = local.PeerId.ToString(), protocol = Handlers.Hash, data = Convert.ToBase64String(Pattern.Block(6)) });
        Assert.Equal(Pattern.Hash(1 << 20, 6), Encoding.ASCII.GetString(Convert.FromBase64String((string)answer["data"]!)));
    }

    [Fact]
    public async Task Reset_ByJs_IsAFailureHere()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer();
        var connection = await local.DialAsync(js.Addresses[0]);
        await using var stream = await local.OpenAsync(connection, Handlers.Reset);
        await stream.WriteAsync(new byte[1], Token);
        var failure = await Assert.ThrowsAsync<StreamResetException>(async () => await stream.ReadAsync(new byte[1], Token));
        Assert.True(failure.ByRemote);
        // Only the stream: the connection goes on.
        await connection.PingAsync(Token);
    }

    [Fact]
    public async Task Reset_ByThisSide_IsAFailureThere()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer().WithTestProtocols();
        var address = await local.ListenAsync();
        var outcome = await js.RunAsync("outcome", new { peer = address.ToString(), protocol = Handlers.Reset });
        Assert.Equal("error", (string?)outcome["ended"]);
        Assert.Equal("reset", (string?)outcome["status"]);
    }

    [Fact]
    public async Task Reset_OfAStreamThatJsOpened_IsAFailureOfTheHandler()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer();
        var seen = new TaskCompletionSource<Exception>();
        local.Handle("/test/seen/1.0.0", async (stream, cancellationToken) =>
        {
            try
            {
                while (await stream.ReadAsync(new byte[10], cancellationToken) > 0)
                {
                }

                seen.SetResult(new EndOfStreamException());
            }
            catch (StreamResetException exception)
            {
                seen.SetResult(exception);
            }
        });
        await js.RunAsync("reset", new { peer = (await local.ListenAsync()).ToString(), protocol = "/test/seen/1.0.0" });
        Assert.True(Assert.IsType<StreamResetException>(await seen.Task.WaitAsync(JsPeer.Patience, Token)).ByRemote);
    }

    [Fact]
    public async Task Protocol_ThatNobodySpeaks_IsRefusedEitherWay()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer();
        var connection = await local.DialAsync(js.Addresses[0]);
        await using var stream = await local.OpenAsync(connection, "/test/unknown/1.0.0");
        await stream.WriteAsync(new byte[1], Token);
        await Assert.ThrowsAnyAsync<Libp2pException>(async () => await stream.ReadAsync(new byte[1], Token));
        await Assert.ThrowsAsync<JsPeerException>(() => js.RunAsync("outcome", new { peer = local.PeerId.ToString(), protocol = "/test/unknown/1.0.0" }));
    }

    [Fact]
    public async Task Write_ToJsThatNeverReads_WaitsAndEndsWithTheStream()
    {
        await using var js = await JsPeer.StartAsync();
        await using var local = new LocalPeer();
        var connection = await local.DialAsync(js.Addresses[0]);
        var stalled = await local.OpenAsync(connection, "/test/stall/1.0.0");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        // It takes what its buffers hold, and then resets the stream or waits.
        var end = await Assert.ThrowsAnyAsync<Exception>(() => Pattern.WriteAsync(stalled, 1L << 30, 0, patience.Token));
        Assert.True(end is StreamResetException or OperationCanceledException, end.ToString());
        stalled.Reset();
        // The others have the connection to themselves.
        await using var stream = await local.OpenAsync(connection, Handlers.Echo);
        await stream.WriteAsync("hello"u8.ToArray(), Token);
        Assert.Equal(5, await stream.ReadAsync(new byte[5], Token));
        await stalled.DisposeAsync();
    }
}
