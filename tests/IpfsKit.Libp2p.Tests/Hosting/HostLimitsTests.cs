using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Tests.Resources;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>What hosts take of their limits, and what they refuse.</summary>
public sealed class HostLimitsTests
{
    private const string Wait = "/wait/1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_OfAProtocolWithAService_CountInAllScopesOfBothSides()
    {
        // Nobody pushes: what they told each other at the beginning are the only other streams, and those end.
        await using var pair = await Pair.StartAsync(NoPushes, configureAlice: NoPushes);
        foreach (var host in new[] { pair.Alice, pair.Bob })
            host.Host.SetStreamHandler(ProtocolMatcher.SemanticVersion("/wait/1.2.0"), async (stream, token) =>
            {
                while (await stream.ReadAsync(new byte[1], token) > 0)
                {
                    // Until it ends.
                }
            }, new() { Service = "waiting" });
        var (alice, bob) = (pair.Alice.Host.Parts.Resources, pair.Bob.Host.Parts.Resources);

        var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, ["/wait/1.1.0"], Cancellation);
        await stream.WriteAsync(new byte[1], Cancellation);

        await Eventually.TrueAsync("the handler runs", () => Task.FromResult(bob.Protocols.Usage("/wait/1.1.0").Streams == 1), Patience, Cancellation);
        await Eventually.TrueAsync("identify is done", () => Task.FromResult(alice.System.Usage.Streams == 1 && bob.System.Usage.Streams == 1), Patience, Cancellation);
        foreach (var (resources, expected, peer) in new[] { (alice, new ResourceUsage(0, 0, 1, 0, 0, 0), pair.Bob.PeerId), (bob, new ResourceUsage(0, 1, 0, 0, 0, 0), pair.Alice.PeerId) })
        {
            Assert.Equal(expected, resources.Protocols.Usage("/wait/1.1.0"));
            Assert.Equal(expected, resources.Services.GetOrAdd("waiting").Usage);
            IResourceManager seen = resources;
            Assert.Equal((expected, expected, default), (seen.GetProtocol("/wait/1.1.0"), seen.GetService("waiting"), seen.GetService("no such service")));
            Assert.Equal((resources.Peers.Usage(peer), resources.System.Usage, resources.Transient.Usage), (seen.GetPeer(peer), seen.System, seen.Transient));
            Assert.Equal((1, 1), (resources.Peers.Usage(peer).Streams, resources.System.Usage.Streams));
        }

        stream.Reset();
        foreach (var resources in new[] { alice, bob })
        {
            await Eventually.TrueAsync("the stream is gone", () => Task.FromResult(resources.System.Usage.Streams == 0), Patience, Cancellation);
            Assert.True(resources.Services.GetOrAdd("waiting").Usage.IsZero);
        }

        static void NoPushes(Libp2pOptions options) => options.Identify.PushDelay = TimeSpan.FromMinutes(1);
    }

    [Fact]
    public async Task Streams_OfIdentifyAndPing_CountInTheirServices()
    {
        var handlers = new IpfsKit.Libp2p.Hosting.HandlerTable();
        Assert.Null(handlers.ServiceOf("/ipfs/ping/1.0.0"));
        await using var host = await TestHost.StartAsync(new InMemoryNetwork());
        Assert.Equal("ping", host.Host.Parts.Handlers.ServiceOf("/ipfs/ping/1.0.0"));
        Assert.Equal("identify", host.Host.Parts.Handlers.ServiceOf("/ipfs/id/1.0.0"));
        Assert.Equal("identify", host.Host.Parts.Handlers.ServiceOf("/ipfs/id/push/1.0.0"));
    }

    [Fact]
    public async Task Listeners_WithSockets_CountAsDescriptors()
    {
        await using var tcp = await TestHost.StartAsync(null, options => options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0/ws"));
        await using var memory = await TestHost.StartAsync(new InMemoryNetwork());
        Assert.Equal(2, tcp.Host.Parts.Resources.System.Usage.Descriptors);
        Assert.Equal(0, memory.Host.Parts.Resources.System.Usage.Descriptors);

        await tcp.Host.StopAsync(Cancellation);

        ResourceManagerTests.AssertEmpty(tcp.Host.Parts.Resources);
    }

    [Fact]
    public async Task Listeners_MoreThanDescriptors_AreRefusedTogether()
    {
        var internet = new FakeInternet();
        var refused = await Assert.ThrowsAsync<ResourceLimitExceededException>(() => internet.StartAsync("198.51.100.1", options =>
        {
            options.Resources.FileDescriptors = 64;
            for (var port = 1; port <= 64; port++)
                options.ListenAddresses.Add($"/ip4/198.51.100.1/tcp/{port}");
        }));
        Assert.Equal(("system", "descriptors", 64L), (refused.Scope, refused.Resource, refused.Limit));

        // None of them is taken.
        await using var next = await internet.StartAsync("198.51.100.1", options => options.ListenAddresses.Add("/ip4/198.51.100.1/tcp/1"));
        Assert.Equal(2, next.Host.Parts.Resources.System.Usage.Descriptors);
    }

    [Theory]
    [InlineData("203.0.113.5", null, false)]
    [InlineData("203.0.113.5", "203.0.113.0/24", true)]
    [InlineData("127.0.0.1", null, true)]
    public async Task Connections_ManyOfOneAddress_AreRefusedUnlessItIsTrusted(string ip, string? trusted, bool areTaken)
    {
        var internet = new FakeInternet();
        await using var hub = await internet.StartAsync("198.51.100.1", options =>
        {
            options.Resources.ConnectionsPerIPv4 = 2;
            if (trusted is not null)
                options.Resources.TrustedNetworks.Add(trusted);
        });
        await using var first = await StartAsync(ip);
        await using var second = await StartAsync(ip);
        await using var third = await StartAsync(ip);
        await using var elsewhere = await StartAsync("203.0.112.5");

        await first.Host.ConnectAsync(hub.Info, Cancellation);
        await second.Host.ConnectAsync(hub.Info, Cancellation);
        await Eventually.TrueAsync("two are connected", () => Task.FromResult(hub.Host.Sessions.Count == 2), Patience, Cancellation);
        if (areTaken)
            Assert.Equal(hub.PeerId, (await third.Host.ConnectAsync(hub.Info, Cancellation)).RemotePeer);
        else
        {
            await Assert.ThrowsAsync<PeerUnreachableException>(() => third.Host.ConnectAsync(hub.Info, Cancellation));
            Assert.Equal(["resource=connections,scope=address"], hub.Metrics.TagsOf("libp2p.resource.refused"));
        }

        await elsewhere.Host.ConnectAsync(hub.Info, Cancellation);
        await Eventually.TrueAsync("the others are connected", () => Task.FromResult(hub.Host.Sessions.Count == (areTaken ? 4 : 3)), Patience, Cancellation);

        // The place of one that leaves is free again.
        await first.Host.DisconnectAsync(hub.PeerId, Cancellation);
        await Eventually.TrueAsync("it has left", () => Task.FromResult(!hub.Host.IsConnected(first.PeerId)), Patience, Cancellation);
        await Eventually.TrueAsync("another one is taken", async () =>
        {
            try
            {
                await third.Host.DialAsync(hub.Info.Addresses[0].Encapsulate(IpfsKit.Multiformats.Multiaddr.FromPeerId(hub.PeerId)), Cancellation);
                return true;
            }
            catch (PeerUnreachableException)
            {
                // The connection before is given back a moment after it has left the table.
                return false;
            }
        }, Patience, Cancellation);

        Task<TestHost> StartAsync(string from) => internet.StartAsync(from, options => options.ListenAddresses.Clear());
    }

    [Fact]
    public async Task Handlers_AsManyAsMayRun_FurtherStreamsAreReset()
    {
        await using var pair = await Pair.StartAsync(options => options.Streams.MaxConcurrentHandlers = 2);
        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact(Wait), (_, token) => Task.Delay(Timeout.Infinite, token), new() { IsAdvertised = false });
        await Eventually.TrueAsync("identify is done", () => Task.FromResult(pair.Bob.Host.Parts.Router.Running == 0 && pair.Alice.Host.Parts.Router.Running == 0), Patience, Cancellation);
        var reads = new List<Task<int>>();
        for (var i = 0; i < 3; i++)
        {
            var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, [Wait], Cancellation);
            await stream.WriteAsync(new byte[1], Cancellation);
            reads.Add(stream.ReadAsync(new byte[1], Cancellation).AsTask());
            if (i < 2)
                await Eventually.TrueAsync("the handler runs", () => Task.FromResult(pair.Bob.Host.Parts.Router.Running == i + 1), Patience, Cancellation);
        }

        await Assert.ThrowsAsync<StreamResetException>(() => reads[2]);
        Assert.False(reads[0].IsCompleted || reads[1].IsCompleted);
        Assert.Equal(["resource=streams,scope=system"], pair.Bob.Metrics.TagsOf("libp2p.resource.refused"));
    }

    [Fact]
    public async Task Streams_MoreThanTheMuxerTakes_AreResetAndCounted()
    {
        await using var pair = await Pair.StartAsync(options => options.Yamux.MaxInboundStreams = 2);
        pair.Bob.Host.SetStreamHandler(ProtocolMatcher.Exact(Wait), (_, token) => Task.Delay(Timeout.Infinite, token), new() { IsAdvertised = false });
        await Eventually.TrueAsync("identify is done", () => Task.FromResult(pair.Bob.Host.Sessions[0].StreamCount == 0 && pair.Alice.Host.Sessions[0].StreamCount == 0), Patience, Cancellation);
        var reads = new List<Task<int>>();
        for (var i = 0; i < 3; i++)
        {
            var stream = await pair.Alice.Host.NewStreamAsync(pair.Bob.PeerId, [Wait], Cancellation);
            await stream.WriteAsync(new byte[1], Cancellation);
            reads.Add(stream.ReadAsync(new byte[1], Cancellation).AsTask());
        }

        await Assert.ThrowsAsync<StreamResetException>(() => reads[2]);
        Assert.False(reads[0].IsCompleted || reads[1].IsCompleted);
        Assert.Equal(["resource=streams,scope=connection"], pair.Bob.Metrics.TagsOf("libp2p.resource.refused"));
    }

    [Theory]
    [InlineData("/noise")]
    [InlineData("/tls/1.0.0")]
    public async Task Memory_ThatReadingNeeds_IsRefused_EndsTheConnection(string security)
    {
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network, build: Secure);
        await using var bob = await TestHost.StartAsync(network, build: Secure);
        HostTests.SetEcho(bob);
        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        await alice.IdentifiedAsync(bob.PeerId);
        await bob.IdentifiedAsync(alice.PeerId);
        await using var stream = await alice.Host.NewStreamAsync(bob.PeerId, [HostTests.Echo], Cancellation);
        await stream.WriteAsync(new byte[1], Cancellation);
        Assert.Equal(1, await stream.ReadAsync(new byte[1], Cancellation));
        var resources = bob.Host.Parts.Resources;
        // The connection waits, and holds nothing to read into. Then others take all that there is.
        var taken = 0L;
        await Eventually.TrueAsync(
            "nothing is left",
            () =>
            {
                var left = resources.Limits.System.Memory - resources.System.Usage.Memory;
                if (left > 0 && resources.System.TryReserveMemory(left, MemoryPriority.Always))
                    taken += left;
                return Task.FromResult(resources.System.Usage.Memory == resources.Limits.System.Memory);
            },
            Patience,
            Cancellation);

        await stream.WriteAsync(new byte[1], Cancellation);

        await Assert.ThrowsAnyAsync<Libp2pException>(async () => Assert.NotEqual(0, await stream.ReadAsync(new byte[1], Cancellation)));
        await Eventually.TrueAsync("the connection is gone", () => Task.FromResult(bob.Host.Sessions.Count == 0), Patience, Cancellation);
        Assert.Contains("resource=memory,scope=system", bob.Metrics.TagsOf("libp2p.resource.refused"));
        resources.System.ReleaseMemory(taken);
        await HostTests.AssertIdleAsync(bob);
        await HostTests.AssertIdleAsync(alice);

        void Secure(ILibp2pBuilder builder) => _ = security == "/noise" ? builder.AddNoise() : builder.AddTls();
    }

    [Fact]
    public async Task Stop_HandlersThatDoNotEnd_AreToldToAfterTheDrainTimeout()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var network = new InMemoryNetwork();
        await using var alice = await TestHost.StartAsync(network);
        await using var bob = await TestHost.StartAsync(network, options => options.DrainTimeout = TimeSpan.FromMinutes(1), time);
        var started = new TaskCompletionSource();
        var told = new TaskCompletionSource();
        bob.Host.SetStreamHandler(ProtocolMatcher.Exact(Wait), async (_, token) =>
        {
            using var registration = token.Register(told.SetResult);
            started.SetResult();
            await told.Task;
        });
        await alice.Host.ConnectAsync(bob.Info, Cancellation);
        var stream = await alice.Host.NewStreamAsync(bob.PeerId, [Wait], Cancellation);
        await stream.WriteAsync(new byte[1], Cancellation);
        await started.Task.WaitAsync(Patience, Cancellation);

        var stopping = bob.Host.StopAsync(Cancellation);
        await Eventually.TrueAsync("only the handler is left", () => Task.FromResult(bob.Host.Parts.Router.Running == 1), Patience, Cancellation);
        Assert.False(told.Task.IsCompleted);
        await Eventually.TrueAsync(
            "the host has stopped",
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(20));
                return Task.FromResult(stopping.IsCompleted);
            },
            Patience,
            Cancellation);
        await stopping;
        await HostTests.AssertIdleAsync(bob);
        await Assert.ThrowsAnyAsync<Libp2pException>(async () => Assert.NotEqual(0, await stream.ReadAsync(new byte[1], Cancellation)));
    }
}
