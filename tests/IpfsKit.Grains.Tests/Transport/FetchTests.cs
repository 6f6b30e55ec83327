using IpfsKit.Grains.Content;
using IpfsKit.Grains.Providers;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Grains.Transport;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using IpfsKit.TestKit.Exchange;

namespace IpfsKit.Grains.Tests.Transport;

public sealed class FetchTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private INodeGrain Node => fixture.Cluster.NodeGrain();

    [Fact]
    public async Task Fetch_FromANamedPeer_MakesARootThatIsHere()
    {
        var (root, blocks) = Tree(200);
        await using var peer = await OutsidePeer.StartAsync(blocks);

        var updates = await FetchAsync(new FetchRequest { Root = root.Cid, Peers = [peer.Address], Pin = new PinRequest { Name = "fetched" } });

        var last = updates[^1];
        Assert.Equal((201, blocks.Sum(block => block.Size)), (last.Blocks, last.Bytes));
        Assert.Equal(new FetchSource(peer.PeerId, last.Bytes), Assert.Single(last.Sources));
        Assert.Equal((fixture.Cluster.Node().PeerId, 201, last.Bytes), (last.Root!.Node, last.Root.Blocks, last.Root.DagBytes));
        var info = (await fixture.Cluster.Grains.GetContentGrain(root.Cid).StatAsync(Token))!;
        Assert.Equal(("fetched", 201), (info.Pin!.Name, info.Blocks));
        foreach (var block in blocks)
            Assert.True(await fixture.Cluster.Node().Blocks.HasAsync(block.Cid, Token));
        var sources = await fixture.Cluster.Service<IGrainFactory>().GetContentHolder(root.Cid).GetSourcesAsync(Token);
        Assert.Equal(peer.PeerId, Assert.Single(sources!.Providers).Peer);

        // Outcomes are told a moment after the blocks are given out.
        var provider = await Eventually.GetAsync(
            "all outcomes are written down",
            async () =>
            {
                await fixture.Cluster.Service<ProviderReporter>().FlushAsync(Token);
                return await fixture.Cluster.Grains.GetGrain<IProviderGrain>(peer.PeerId.ToString()).GetAsync(Token) is { Successes: 201 } info ? info : null;
            },
            TimeSpan.FromSeconds(30), Token);
        Assert.Equal((last.Bytes, 1, peer.Address.ToString()), (provider.Bytes, provider.SuccessRate, $"{Assert.Single(provider.Addresses)}/p2p/{peer.PeerId}"));
    }

    [Fact]
    public async Task Fetch_OfWhatIsHere_AsksNobody()
    {
        var (root, blocks) = Tree(3);
        await fixture.Cluster.AddAsync(blocks);

        var last = (await FetchAsync(new FetchRequest { Root = root.Cid }))[^1];

        Assert.Equal((0, 4), (last.Blocks, last.Root!.Blocks));
    }

    [Fact]
    public async Task Fetch_WithNobodyToAsk_IsNotFound()
    {
        var (root, _) = Tree(1);
        await UntilAloneAsync();

        var exception = await Assert.ThrowsAsync<ContentNotFoundException>(() => FetchAsync(new FetchRequest { Root = root.Cid }));

        Assert.Equal(root.Cid, exception.Cid);
    }

    [Fact]
    public async Task Fetch_FromAPeerThatCannotBeReached_SaysSo()
    {
        var (root, _) = Tree(1);
        var peer = await OutsidePeer.StartAsync();
        var address = peer.Address;
        await peer.DisposeAsync();
        await UntilAloneAsync();

        var exception = await Assert.ThrowsAsync<PeerUnavailableException>(() => FetchAsync(new FetchRequest { Root = root.Cid, Peers = [address] }));

        Assert.Equal(address, exception.Address);
    }

    [Fact]
    public async Task Fetch_OfContentThatAPeerHasInPart_IsIncompleteAndGoesOnLater()
    {
        var (root, blocks) = Tree(20);
        await using var peer = await OutsidePeer.StartAsync(blocks[..11]);
        var request = new FetchRequest { Root = root.Cid, Peers = [peer.Address], IdleTimeout = TimeSpan.FromSeconds(30) };

        var incomplete = await Assert.ThrowsAsync<IncompleteDagException>(() => FetchAsync(request));
        Assert.Contains(incomplete.Missing, blocks[11..].Select(static block => block.Cid));
        Assert.Null(await fixture.Cluster.Grains.GetContentGrain(root.Cid).StatAsync(Token));
        await peer.Store.PutManyAsync(blocks, Token);
        var last = (await FetchAsync(request))[^1];

        Assert.Equal((10, 21), (last.Blocks, last.Root!.Blocks));
    }

    [Fact]
    public async Task Fetch_LargerThanAllowed_EndsWithTheLimit()
    {
        var (root, blocks) = Tree(20);
        await using var peer = await OutsidePeer.StartAsync(blocks);

        var exception = await Assert.ThrowsAsync<FetchTooLargeException>(() => FetchAsync(new FetchRequest { Root = root.Cid, Peers = [peer.Address], MaxBytes = 1500 }));

        Assert.Equal((root.Cid, 1500), (exception.Cid, exception.Limit));
    }

    [Fact]
    public async Task Fetch_ThatIsLeft_EndsAtTheNode()
    {
        var (root, blocks) = Tree(5);
        await using var peer = await OutsidePeer.StartAsync(blocks[0]);
        var fetches = fixture.Cluster.Service<FetchOperations>();
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var running = FetchAsync(new FetchRequest { Root = root.Cid, Peers = [peer.Address], IdleTimeout = TimeSpan.FromMinutes(10) }, cancelled.Token);
        await Eventually.TrueAsync("the peer is asked", () => Task.FromResult(peer.Bitswap.GetWantlist(fixture.Cluster.Node().PeerId).Count > 0), TimeSpan.FromSeconds(30), Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually.TrueAsync("the fetch has ended", () => Task.FromResult(fetches.Count == 0), TimeSpan.FromSeconds(30), Token);
        await Eventually.TrueAsync("the peer is asked no longer", () => Task.FromResult(peer.Bitswap.GetWantlist(fixture.Cluster.Node().PeerId).Count == 0), TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task Peers_ThatAreConnected_AreListed()
    {
        await using var peer = await OutsidePeer.StartAsync();
        await foreach (var connected in Node.ConnectPeerAsync(peer.Address, Token))
            Assert.Equal((peer.PeerId, PeerDirection.Outbound), (connected.Peer, connected.Direction));

        var listed = Assert.Single(await Node.ListPeersAsync(Token), other => other.Peer == peer.PeerId);

        Assert.Equal((fixture.Cluster.Node().PeerId, false), (listed.Node, listed.IsNode));
        Assert.StartsWith("ipfskit", listed.Agent, StringComparison.Ordinal);
        Assert.Contains("/ipfs/bitswap/1.2.0", listed.Protocols);
        Assert.Single(listed.Addresses);
    }

    [Fact]
    public async Task Connect_ToAnAddressThatNamesNoPeer_IsRefused() =>
        await Assert.ThrowsAsync<PeerUnavailableException>(async () =>
        {
            await foreach (var _ in Node.ConnectPeerAsync(Multiaddr.Parse("/ip4/127.0.0.1/tcp/1"), Token))
            {
            }
        });

    /// <summary>Peers of other tests have gone, and their connections with them.</summary>
    private Task UntilAloneAsync() => Eventually.TrueAsync(
        "nobody is connected", () => Task.FromResult(fixture.Cluster.Service<Bitswap.IBitswap>().Peers.Count == 0), TimeSpan.FromSeconds(30), Token);

    private static (Block Root, Block[] All) Tree(int leaves)
    {
        var below = TestBlocks.RawMany(ClusterFixture.NextSeed(), leaves);
        var root = TestTrees.Node("root", below);
        return (root, [root, .. below]);
    }

    private async Task<IReadOnlyList<FetchUpdate>> FetchAsync(FetchRequest request, CancellationToken? cancellationToken = null)
    {
        var updates = new List<FetchUpdate>();
        await foreach (var update in Node.FetchAsync(request, cancellationToken ?? Token))
            updates.Add(update);
        return updates;
    }
}
