using System.Collections.Concurrent;
using IpfsKit.Bitswap.Messages;
using IpfsKit.Bitswap.Network;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace IpfsKit.Bitswap.Tests.Network;

/// <summary>A libp2p host in memory; with bitswap's network, or without for a test that plays the peer itself.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly NetworkInstruments _instruments = new();

    private TestNode(ServiceProvider services)
    {
        _services = services;
        Host = services.GetRequiredService<ILibp2pHost>();
    }

    public ILibp2pHost Host { get; }

    public BitswapNetwork Network { get; private set; } = null!;

    public ChannelSink Sink { get; } = new();

    public RecordingObserver Observer { get; } = new();

    public ConcurrentQueue<BitswapPeer> Joined { get; } = [];

    public ConcurrentQueue<BitswapPeer> Left { get; } = [];

    public PeerId Id => Host.LocalPeer.PeerId;

    public PeerInfo Info => new(Id, Host.LocalPeer.ListenAddresses);

    public NetworkInstruments Instruments => _instruments;

    public static async Task<TestNode> StartAsync(InMemoryNetwork network, BitswapNetworkOptions? options = null, TimeProvider? timeProvider = null)
    {
        var node = await StartPlainAsync(network);
        node.AddBitswap(options, timeProvider);
        return node;
    }

    /// <summary>Without bitswap.</summary>
    public static async Task<TestNode> StartPlainAsync(InMemoryNetwork network, Action<Libp2pOptions>? configure = null)
    {
        var collection = new ServiceCollection();
        collection.AddLibp2p(options =>
        {
            options.ListenAddresses.Add("/memory/0");
            options.Identify.PushDelay = TimeSpan.FromMilliseconds(10);
            configure?.Invoke(options);
        }).UseIdentity(PrivateKey.Generate()).AddInMemory(network);
        var node = new TestNode(collection.BuildServiceProvider());
        await node.Host.StartAsync(TestContext.Current.CancellationToken);
        return node;
    }

    public void AddBitswap(BitswapNetworkOptions? options = null, TimeProvider? timeProvider = null, IMessageSink? sink = null)
    {
        Network = new BitswapNetwork(Host, options ?? new BitswapNetworkOptions(), timeProvider ?? TimeProvider.System, _instruments, Observer, NullLogger<BitswapNetwork>.Instance);
        Network.PeerJoined += Joined.Enqueue;
        Network.PeerLeft += Left.Enqueue;
        Network.Start(sink ?? Sink);
    }

    /// <summary>Connects to a node with bitswap; each has joined at the other then.</summary>
    public async Task ConnectAsync(TestNode other)
    {
        Assert.NotNull(await Network.ConnectAsync(other.Info, TestContext.Current.CancellationToken));
        await Eventually.TrueAsync("the other side sees the peer join", () => Task.FromResult(other.Network.Peers.Any(peer => peer.Id == Id)), TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Network is not null)
            await Network.DisposeAsync();
        await _services.DisposeAsync();
        _instruments.Dispose();
    }
}
