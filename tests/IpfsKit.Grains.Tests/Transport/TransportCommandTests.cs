using IpfsKit.Grains.Content;
using IpfsKit.Grains.Replication;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Grains.Transport;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using IpfsKit.TestKit.Exchange;

namespace IpfsKit.Grains.Tests.Transport;

/// <summary>What grains tell the node of a silo through its transport service: every command returns at once, and its outcome is reported.</summary>
public sealed class TransportCommandTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private readonly TestGrainStorage _storage = new();
    private NodeCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ITransportGrainService Service => _cluster.Service<ITransportClient>().Find(_cluster.Node(1).PeerId)!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await NodeCluster.StartAsync(silos: 2, _storage);
        await Eventually.TrueAsync("the first silo sees the second", () => Task.FromResult(_cluster.Service<ITransportClient>().Find(_cluster.Node(1).PeerId) is not null), Long, Token);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Drop_ForgetsTheRoot()
    {
        var block = TestBlocks.Raw(ClusterFixture.NextSeed());
        await _cluster.AddAsync([block], silo: 1);

        await Service.BeginDropAsync(Guid.NewGuid(), block.Cid, long.MaxValue - 1);

        await EventuallyAsync("the silo holds it no longer", async () => !(await _cluster.RootsAsync(silo: 1)).Contains(block.Cid));
    }

    [Fact]
    public async Task Connect_ConnectsAndAPeerThatIsNotThereIsReported()
    {
        await using var peer = await OutsidePeer.StartAsync();
        var block = TestBlocks.Raw(ClusterFixture.NextSeed());
        await _cluster.AddAsync([block]);

        await Service.BeginConnectAsync(Guid.NewGuid(), block.Cid, peer.Address);
        await EventuallyAsync("the silo is connected", () => Task.FromResult(_cluster.Service<ILibp2pHost>(1).IsConnected(peer.PeerId)));

        // Told to the root's grain like any other outcome; afterwards the command is over.
        var operation = Guid.NewGuid();
        await Service.BeginConnectAsync(operation, block.Cid, Multiaddr.Parse($"/ip4/127.0.0.1/tcp/1/p2p/{_cluster.Node().PeerId}"));
        await EventuallyAsync("nothing is under way", () => Task.FromResult(_cluster.Service<TransportCommands>(1).Count == 0));
    }

    [Fact]
    public async Task Fetch_Cancelled_EndsAsksNobodyAnyMoreAndIsReported()
    {
        // The root is registered on the first silo, which lacks a leaf: the second waits for it until it is told not to.
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 2);
        var root = TestTrees.Node("root", leaves);
        await _cluster.AddAsync([root, .. leaves]);
        await _cluster.Node().Blocks.DeleteAsync(leaves[1].Cid, Token);
        await using var peer = await OutsidePeer.StartAsync();
        await foreach (var _ in _cluster.NodeGrain(1).ConnectPeerAsync(peer.Address, Token))
        {
        }

        var holder = _cluster.Service<IGrainFactory>().GetContentHolder(root.Cid);
        await holder.ReplicateAsync(_cluster.Node().PeerId, copies: 2, Token);
        await EventuallyAsync("the peer is asked", () => Task.FromResult(peer.Bitswap.GetWantlist(_cluster.Node(1).PeerId).Contains(leaves[1].Cid)));
        var operation = Assert.Single(Operations(holder)!).Id;

        await Service.CancelAsync(operation);

        await EventuallyAsync("the outcome is reported", () => Task.FromResult(Operations(holder) is null));
        await EventuallyAsync("the peer is asked no longer", () => Task.FromResult(peer.Bitswap.GetWantlist(_cluster.Node(1).PeerId).Count == 0));
        Assert.Equal(0, _cluster.Service<Replicator>(1).Count);
        Assert.Single((await _cluster.Grains.GetContentGrain(root.Cid).StatAsync(Token))!.Placements);
        await Service.CancelAsync(operation);
    }

    [Fact]
    public async Task HasBlock_SaysWhatIsHere()
    {
        var (here, missing) = (TestBlocks.Raw(ClusterFixture.NextSeed()), TestBlocks.Raw(ClusterFixture.NextSeed()));
        await _cluster.AddAsync([here], silo: 1);

        Assert.True(await Service.HasBlockAsync(here.Cid));
        Assert.False(await Service.HasBlockAsync(missing.Cid));
    }

    private IReadOnlyList<OperationEntry>? Operations(IContentHolderGrain holder) => _storage.Peek<ContentState>("content", holder.GetGrainId())!.Operations;

    private static Task EventuallyAsync(string what, Func<Task<bool>> ask) => Eventually.TrueAsync(what, ask, Long, Token);
}
