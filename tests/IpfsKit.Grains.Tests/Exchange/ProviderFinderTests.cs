using IpfsKit.Grains.Content;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Providers;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using IpfsKit.TestKit.Exchange;

namespace IpfsKit.Grains.Tests.Exchange;

/// <summary>Peers that have delivered a root are found again, by what grains remember of them.</summary>
public sealed class ProviderFinderTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private NodeCluster Cluster => fixture.Cluster;

    [Fact]
    public async Task Content_ThatWasFetchedAndIsLost_IsReadAgainFromThePeerThatDeliveredIt()
    {
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 5);
        Block[] blocks = [TestTrees.Node("root", leaves), .. leaves];
        await using var peer = await OutsidePeer.StartAsync(blocks);
        await FetchAsync(blocks[0].Cid, peer.Address);
        await ReportedAsync(peer.PeerId, provider => provider is { Successes: 6, Addresses.Count: 1 });
        await LeaveAsync(peer);
        foreach (var block in blocks)
            await Cluster.Node().Blocks.DeleteAsync(block.Cid, Token);

        var read = await ReadAsync(blocks[0].Cid);

        Assert.Equal(blocks.Length, read.Count);
        Assert.True(Cluster.Service<ILibp2pHost>().IsConnected(peer.PeerId));
    }

    [Fact]
    public async Task Provider_ThatCannotBeReached_BacksOffAndIsNotDialledAgain()
    {
        var block = TestBlocks.Raw(ClusterFixture.NextSeed());
        var peer = await OutsidePeer.StartAsync(block);
        var (id, address) = (peer.PeerId, peer.Address);
        await FetchAsync(block.Cid, address);
        await LeaveAsync(peer);
        await peer.DisposeAsync();
        await Cluster.Node().Blocks.DeleteAsync(block.Cid, Token);

        await Assert.ThrowsAsync<BlockStreamRefusedException>(() => ReadAsync(block.Cid));
        await ReportedAsync(id, provider => provider.BackoffUntil > Cluster.Time.GetUtcNow());

        Assert.Empty(await RankAsync(block.Cid));
        Cluster.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(id, Assert.Single(await RankAsync(block.Cid)));
    }

    [Fact]
    public async Task Providers_AreAskedInTheOrderOfWhatTheirGrainsKnow()
    {
        var block = TestBlocks.Raw(ClusterFixture.NextSeed());
        await Cluster.AddAsync([block]);
        var (slow, fast, unreliable, unknown, failing) = (NewPeer(), NewPeer(), NewPeer(), NewPeer(), NewPeer());
        var now = Cluster.Time.GetUtcNow();
        await ReportAsync(slow, new ProviderReport { Successes = 10, Bytes = 10 << 20, Latency = TimeSpan.FromSeconds(1), Busy = TimeSpan.FromSeconds(10), At = now });
        await ReportAsync(fast, new ProviderReport { Successes = 10, Bytes = 10 << 20, Latency = TimeSpan.FromMilliseconds(5), Busy = TimeSpan.FromSeconds(1), At = now });
        await ReportAsync(unreliable, new ProviderReport { Successes = 1, Failures = 9, Bytes = 1 << 20, Latency = TimeSpan.FromMilliseconds(5), Busy = TimeSpan.FromSeconds(1), At = now });
        await ReportAsync(failing, new ProviderReport { Failures = 3, EndedInFailure = true, At = now });
        await Holder(block.Cid).AddProvidersAsync([.. new[] { failing, unreliable, unknown, slow, fast }.Select(peer => new ProviderHint { Peer = peer })], Token);

        Assert.Equal([fast, slow, unknown, unreliable], await RankAsync(block.Cid));
    }

    [Fact]
    public async Task Cid_ThatNoRequestIsAfter_CallsNoGrainToLife()
    {
        var block = TestBlocks.Raw(ClusterFixture.NextSeed());
        var reads = 0;
        fixture.Storage.BeforeRead = _ =>
        {
            Interlocked.Increment(ref reads);
            return Task.CompletedTask;
        };
        try
        {
            Assert.Empty(await Cluster.Service<NodeProviderFinder>().FindProvidersAsync(block.Cid, Token).ToArrayAsync(Token));
        }
        finally
        {
            fixture.Storage.BeforeRead = null;
        }

        Assert.Equal(0, reads);
    }

    private static PeerId NewPeer() => Libp2p.Identities.PrivateKey.Generate().PublicKey.PeerId;

    private IContentHolderGrain Holder(Cid root) => Cluster.Service<IGrainFactory>().GetContentHolder(root);

    private async Task<IReadOnlyList<PeerId>> RankAsync(Cid root)
    {
        var sources = await Holder(root).GetSourcesAsync(Token);
        return [.. (await Cluster.Service<NodeProviderFinder>().RankAsync(sources!, Token)).Select(provider => provider.PeerId)];
    }

    private async Task ReportAsync(PeerId peer, ProviderReport report) =>
        await Cluster.Service<IGrainFactory>().GetGrain<IProviderReportGrain>(peer.ToString()).ReportAsync(report, Token);

    /// <summary>Outcomes come a moment after the blocks.</summary>
    private Task ReportedAsync(PeerId peer, Predicate<ProviderInfo> isIt) => Eventually.TrueAsync(
        "the outcome is written down",
        async () =>
        {
            await Cluster.Service<ProviderReporter>().FlushAsync(Token);
            return await Cluster.Grains.GetGrain<IProviderGrain>(peer.ToString()).GetAsync(Token) is { } info && isIt(info);
        },
        Long, Token);

    private async Task LeaveAsync(OutsidePeer peer)
    {
        var host = Cluster.Service<ILibp2pHost>();
        await host.DisconnectAsync(peer.PeerId, Token);
        await Eventually.TrueAsync("the peer has left", () => Task.FromResult(!Cluster.Service<Bitswap.IBitswap>().Peers.Contains(peer.PeerId) && !host.IsConnected(peer.PeerId)), Long, Token);
        // What the host remembers is not what is tried here.
        host.PeerStore.Remove(peer.PeerId);
    }

    private async Task FetchAsync(Cid root, Multiaddr from)
    {
        await foreach (var _ in Cluster.NodeGrain().FetchAsync(new FetchRequest { Root = root, Peers = [from] }, Token))
        {
        }
    }

    private async Task<IReadOnlyList<Cid>> ReadAsync(Cid root)
    {
        var node = Cluster.NodeGrain();
        var endpoint = (await node.OpenRemoteReadAsync(new RemoteReadRequest { Root = root, IsRegistered = true }, Token))!;
        var blocks = new List<Cid>();
        await foreach (var block in node.StreamBlocksAsync(new BlockStreamRequest { Root = root, DagScope = "all", Ticket = endpoint.Ticket }, Token))
            blocks.Add(block.Cid);
        return blocks;
    }
}
