using System.Security.Cryptography;
using System.Text;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Tests.Peers;
using IpfsKit.Libp2p.Tests.Resources;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>Two and more hosts, over the network in memory and over TCP.</summary>
public sealed class HostTests
{
    internal const string Echo = "/echo/1.0.0";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stream_OfACustomProtocol_CarriesBytesBothWays(bool overTcp)
    {
        var network = overTcp ? null : new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);
        SetEcho(bob);
        var content = RandomNumberGenerator.GetBytes(3_000_000);

        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        await using var stream = await alice.Host.NewStreamAsync(bob.PeerId, [Echo], Cancellation);
        Assert.Equal(Echo, stream.Protocol);
        var sending = SendAsync();
        var received = new MemoryStream();
        await stream.AsStream().CopyToAsync(received, Cancellation);
        await sending;

        Assert.Equal(content, received.ToArray());

        async Task SendAsync()
        {
            await stream.WriteAsync(content, Cancellation);
            await stream.CompleteWritesAsync(Cancellation);
        }
    }

    [Fact]
    public async Task Connect_ManyAtOnce_MakesOneConnection()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);

        var sessions = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => alice.Host.ConnectAsync(bob.Info, Cancellation)));

        Assert.Single(sessions.Distinct());
        Assert.Single(alice.Host.Sessions);
        Assert.Same(sessions[0], await alice.Host.ConnectAsync(new PeerInfo(bob.PeerId), Cancellation));
    }

    [Fact]
    public async Task Connect_OneOfManyGivesUp_TheOthersGetTheConnection()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var network = new InMemoryNetwork(time) { Conditions = new InMemoryConditions { Latency = TimeSpan.FromMilliseconds(50) } };
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);
        using var impatient = new CancellationTokenSource();

        var first = alice.Host.ConnectAsync(bob.Info, impatient.Token);
        var second = alice.Host.ConnectAsync(bob.Info, Cancellation);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Eventually.TrueAsync("the dial ends", () => AdvanceUntil(time, second), Patience, Cancellation);

        Assert.Equal(bob.PeerId, (await second).RemotePeer);
        await Eventually.TrueAsync("nothing is dialled", () => Task.FromResult(alice.Host.Parts.Dialer.Running == 0), Patience, Cancellation);
    }

    [Fact]
    public async Task Connect_BothAtTheSameTime_WorksForBoth()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);
        SetEcho(alice);
        SetEcho(bob);

        await Task.WhenAll(alice.Host.ConnectAsync(bob.Info, Cancellation), bob.Host.ConnectAsync(alice.Info, Cancellation));

        Assert.Equal("hello", await EchoAsync(alice, bob.PeerId, "hello"));
        Assert.Equal("hello", await EchoAsync(bob, alice.PeerId, "hello"));
        Assert.Equal([bob.PeerId], alice.Host.ConnectedPeers);
        Assert.InRange(alice.Host.Sessions.Count, 1, 2);
    }

    [Fact]
    public async Task Connect_SomebodyElseAnswers_Fails()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);

        var failure = await Assert.ThrowsAsync<PeerUnreachableException>(() => alice.Host.ConnectAsync(new PeerInfo(TestPeers.Carol, bob.Host.LocalPeer.ListenAddresses), Cancellation));

        var mismatch = Assert.IsType<PeerIdMismatchException>(Assert.Single(failure.Failures).Value);
        Assert.Equal(bob.PeerId, mismatch.Actual);
        await AssertIdleAsync(alice);
        await AssertIdleAsync(bob);
    }

    [Fact]
    public async Task Connect_ToItself_IsRefused()
    {
        await using var alice = await TestHost.StartAsync(new InMemoryNetwork());

        await Assert.ThrowsAsync<InvalidOperationException>(() => alice.Host.ConnectAsync(alice.Info, Cancellation));
        var failure = await Assert.ThrowsAsync<PeerUnreachableException>(() => alice.Host.ConnectAsync(new PeerInfo(TestPeers.Carol, alice.Info.Addresses), Cancellation));
        Assert.Contains("itself", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connect_PeerWithoutAddress_SaysSo()
    {
        await using var alice = await TestHost.StartAsync(new InMemoryNetwork());

        var failure = await Assert.ThrowsAsync<PeerUnreachableException>(() => alice.Host.ConnectAsync(new PeerInfo(TestPeers.Carol), Cancellation));

        Assert.Contains("no address", failure.Message, StringComparison.Ordinal);
        Assert.Equal(TestPeers.Carol, failure.PeerId);
    }

    [Fact]
    public async Task Dial_AddressWithPeer_Connects()
    {
        await using var alice = await TestHost.StartAsync(null);
        await using var bob = await TestHost.StartAsync(null);

        var session = await alice.Host.DialAsync(bob.Info.Addresses[0].Encapsulate(Multiaddr.FromPeerId(bob.PeerId)), Cancellation);

        Assert.Equal(bob.PeerId, session.RemotePeer);
        Assert.Equal(ConnectionDirection.Outbound, session.Direction);
        await Assert.ThrowsAsync<FormatException>(() => alice.Host.DialAsync(bob.Info.Addresses[0], Cancellation));
    }

    [Fact]
    public async Task Stream_ProtocolThatThePeerDoesNotSpeak_Fails()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);
        await alice.Host.ConnectAsync(bob.Info, Cancellation);

        await Assert.ThrowsAsync<NegotiationFailedException>(() => alice.Host.NewStreamAsync(bob.PeerId, ["/a/1", "/b/1"], Cancellation));
        await using var lazy = await alice.Host.NewStreamAsync(bob.PeerId, ["/a/1"], Cancellation);
        await Assert.ThrowsAsync<NegotiationFailedException>(() => lazy.ReadAsync(new byte[1], Cancellation).AsTask());
    }

    [Fact]
    public async Task Stream_OfSeveralProtocols_IsTheFirstThatThePeerSpeaks()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);
        bob.Host.SetStreamHandler(ProtocolMatcher.SemanticVersion("/chat/1.4.0"), (_, _) => Task.CompletedTask);
        bob.Host.SetStreamHandler(ProtocolMatcher.Predicate("/any", protocol => protocol.StartsWith("/any/", StringComparison.Ordinal)), (_, _) => Task.CompletedTask);
        await alice.Host.ConnectAsync(bob.Info, Cancellation);

        await using var chat = await alice.Host.NewStreamAsync(bob.PeerId, ["/chat/2.0.0", "/chat/1.2.0"], Cancellation);
        await using var any = await alice.Host.NewStreamAsync(bob.PeerId, ["/none/1", "/any/7"], Cancellation);

        Assert.Equal("/chat/1.2.0", chat.Protocol);
        Assert.Equal("/any/7", any.Protocol);
        Assert.True(bob.Host.RemoveStreamHandler("/any"));
        Assert.False(bob.Host.RemoveStreamHandler("/any"));
        await Assert.ThrowsAsync<NegotiationFailedException>(() => alice.Host.NewStreamAsync(bob.PeerId, ["/none/1", "/any/7"], Cancellation));
    }

    [Fact]
    public async Task Handler_ThatThrows_ResetsItsStreamOnly()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);
        SetEcho(bob);
        bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/throws/1"), (_, _) => throw new InvalidDataException("on purpose"));
        await alice.Host.ConnectAsync(bob.Info, Cancellation);

        await using var stream = await alice.Host.NewStreamAsync(bob.PeerId, ["/throws/1"], Cancellation);
        await Assert.ThrowsAsync<StreamResetException>(async () => Assert.NotEqual(0, await stream.ReadAsync(new byte[1], Cancellation)));

        Assert.Equal("still", await EchoAsync(alice, bob.PeerId, "still"));
        Assert.Single(bob.Metrics.TagsOf("libp2p.handler.failures"));
    }

    [Fact]
    public async Task Handlers_BeyondTheBound_AreReset()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);
        bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/wait/1"), (_, token) => Task.Delay(Timeout.Infinite, token), new StreamHandlerOptions { PerPeer = 2 });
        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        await alice.IdentifiedAsync(bob.PeerId);

        var streams = new List<IProtocolStream>();
        for (var i = 0; i < 3; i++)
        {
            streams.Add(await alice.Host.NewStreamAsync(bob.PeerId, ["/wait/1"], Cancellation));
            await streams[i].WriteAsync(new byte[1], Cancellation);
        }

        var reads = streams.Select(stream => stream.ReadAsync(new byte[1], Cancellation).AsTask()).ToArray();
        await Assert.ThrowsAsync<StreamResetException>(async () => await await Task.WhenAny(reads));
        Assert.Contains("resource=streams,scope=peer", bob.Metrics.TagsOf("libp2p.resource.refused"));
    }

    [Fact]
    public async Task Streams_AfterTheyEnded_LeaveNothingBehind()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);
        SetEcho(bob);
        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        await alice.IdentifiedAsync(bob.PeerId);
        await bob.IdentifiedAsync(alice.PeerId);

        for (var i = 0; i < 50; i++)
            Assert.Equal($"{i}", await EchoAsync(alice, bob.PeerId, $"{i}"));
        var reset = await alice.Host.NewStreamAsync(bob.PeerId, [Echo], Cancellation);
        await reset.WriteAsync(new byte[10], Cancellation);
        reset.Reset();

        await StreamsAreZeroAsync(alice);
        await StreamsAreZeroAsync(bob);
        Assert.Equal(1, bob.Host.Parts.Resources.System.Usage.Connections);

        await alice.Host.DisconnectAsync(bob.PeerId, Cancellation);
        await AssertIdleAsync(alice);
        await AssertIdleAsync(bob);
    }

    [Fact]
    public async Task Connection_ThatIsLost_FailsStreamsAndLeavesNothingBehind()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);
        bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/wait/1"), (_, token) => Task.Delay(Timeout.Infinite, token));
        var disconnected = new TaskCompletionSource<PeerId>();
        bob.Host.PeerDisconnected += (_, e) => disconnected.TrySetResult(e.PeerId);
        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        var stream = await alice.Host.NewStreamAsync(bob.PeerId, ["/wait/1"], Cancellation);
        await stream.WriteAsync(new byte[1], Cancellation);
        await bob.IdentifiedAsync(alice.PeerId);

        // Who dials is done first; a connection that is lost before the other side has it is none there.
        await Eventually.TrueAsync("both have the connection", () => Task.FromResult(bob.Host.IsConnected(alice.PeerId)), Patience, Cancellation);
        network.Reset();

        await Assert.ThrowsAnyAsync<Libp2pException>(async () => Assert.NotEqual(0, await stream.ReadAsync(new byte[1], Cancellation)));
        Assert.Equal(alice.PeerId, await disconnected.Task.WaitAsync(Patience, Cancellation));
        await AssertIdleAsync(alice);
        await AssertIdleAsync(bob);
        Assert.False(alice.Host.IsConnected(bob.PeerId));
    }

    [Fact]
    public async Task Events_OfAConnection_ComeOnceAndInOrder()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network);
        var events = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var last = new TaskCompletionSource();
        alice.Host.PeerConnected += (_, e) => events.Enqueue($"connected {e.PeerId}");
        alice.Host.PeerConnected += (_, _) => throw new InvalidOperationException("A subscriber that fails.");
        alice.Host.PeerDisconnected += (_, e) =>
        {
            events.Enqueue($"disconnected {e.PeerId}");
            last.TrySetResult();
        };

        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        await alice.Host.DisconnectAsync(bob.PeerId, Cancellation);
        await last.Task.WaitAsync(Patience, Cancellation);

        Assert.Equal([$"connected {bob.PeerId}", $"disconnected {bob.PeerId}"], events);
    }

    [Fact]
    public async Task Stop_HandlersThatEnd_AreWaitedFor()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network, options => options.DrainTimeout = TimeSpan.FromMinutes(1));
        var started = new TaskCompletionSource();
        var mayEnd = new TaskCompletionSource();
        bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/slow/1"), async (stream, token) =>
        {
            started.SetResult();
            await mayEnd.Task;
            await stream.WriteAsync("done"u8.ToArray(), token);
        });
        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        await using var stream = await alice.Host.NewStreamAsync(bob.PeerId, ["/slow/1"], Cancellation);
        await stream.WriteAsync(new byte[1], Cancellation);
        await stream.CompleteWritesAsync(Cancellation);
        await started.Task.WaitAsync(Patience, Cancellation);

        var stopping = bob.Host.StopAsync(Cancellation);
        mayEnd.SetResult();
        var answer = new byte[4];
        await stream.ReadExactlyAsync(answer, Cancellation);
        await stopping;

        Assert.Equal("done", Encoding.ASCII.GetString(answer));
        await AssertIdleAsync(bob);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bob.Host.ConnectAsync(alice.Info, Cancellation));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bob.Host.StartAsync(Cancellation));
    }

    [Fact]
    public async Task Session_WhoseTokenHasACallbackThatThrows_EndsAllTheSame()
    {
        await using var pair = await Pair.StartAsync();
        var registered = new TaskCompletionSource();
        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/callback/1"), async (_, token) =>
        {
            await using var callback = token.Register(() => throw new InvalidOperationException("on purpose"));
            registered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        await using var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, ["/callback/1"], Cancellation);
        await stream.WriteAsync(new byte[1], Cancellation);
        await registered.Task.WaitAsync(Patience, Cancellation);

        await pair.Bob.Host.DisconnectAsync(pair.Alice.PeerId, Cancellation).WaitAsync(Patience, Cancellation);

        await AssertIdleAsync(pair.Bob);
    }

    [Fact]
    public async Task Stop_HandlerWhoseTokenHasACallbackThatThrows_StopsAllTheSame()
    {
        await using var pair = await Pair.StartAsync(options => options.DrainTimeout = TimeSpan.Zero);
        var registered = new TaskCompletionSource();
        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact("/callback/1"), async (_, token) =>
        {
            await using var callback = token.Register(() => throw new InvalidOperationException("on purpose"));
            registered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        await using var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, ["/callback/1"], Cancellation);
        await stream.WriteAsync(new byte[1], Cancellation);
        await registered.Task.WaitAsync(Patience, Cancellation);

        await pair.Bob.Host.StopAsync(Cancellation).WaitAsync(Patience, Cancellation);

        await AssertIdleAsync(pair.Bob);
    }

    [Fact]
    public async Task Start_AddressInUse_ListensOnNone()
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network, options => options.ListenAddresses.Add("/memory/taken"));

        await Assert.ThrowsAsync<ListenFailedException>(() => TestHost.StartAsync(network, options =>
        {
            options.ListenAddresses.Clear();
            options.ListenAddresses.Add("/memory/free");
            options.ListenAddresses.Add("/memory/taken");
        }));

        await using var carol = await TestHost.StartAsync(network, options => options.ListenAddresses.Add("/memory/free"));
    }

    internal static void SetEcho(TestHost host) => host.Host.SetStreamHandler(ProtocolMatcher.Exact(Echo), async (stream, token) =>
    {
        var buffer = new byte[64 << 10];
        while (await stream.ReadAsync(buffer, token) is > 0 and var read)
            await stream.WriteAsync(buffer.AsMemory(0, read), token);
    });

    internal static async Task<string> EchoAsync(TestHost host, PeerId peer, string text)
    {
        await using var stream = await host.Host.NewStreamAsync(peer, [Echo], Cancellation);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), Cancellation);
        await stream.CompleteWritesAsync(Cancellation);
        using var reader = new StreamReader(stream.AsStream());
        return await reader.ReadToEndAsync(Cancellation);
    }

    internal static async Task AssertIdleAsync(TestHost host)
    {
        await Eventually.TrueAsync($"nothing is left: {host.Host.Parts.Resources.System}", () => Task.FromResult(host.Host.Parts.Resources.System.Usage.IsZero), Patience, Cancellation);
        ResourceManagerTests.AssertEmpty(host.Host.Parts.Resources);
        Assert.Empty(host.Host.Sessions);
    }

    private static Task StreamsAreZeroAsync(TestHost host) =>
        Eventually.TrueAsync("no stream is open", () => Task.FromResult(host.Host.Parts.Resources.System.Usage.Streams == 0 && host.Host.Parts.Resources.Protocols.Count == 0), Patience, Cancellation);

    private static Task<bool> AdvanceUntil(Microsoft.Extensions.Time.Testing.FakeTimeProvider time, Task task)
    {
        time.Advance(TimeSpan.FromMilliseconds(10));
        return Task.FromResult(task.IsCompleted);
    }
}
