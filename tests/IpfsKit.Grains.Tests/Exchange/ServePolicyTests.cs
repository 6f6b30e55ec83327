using IpfsKit.Bitswap;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;
using IpfsKit.TestKit.Exchange;

namespace IpfsKit.Grains.Tests.Exchange;

/// <summary>Who is served before whom.</summary>
public sealed class ServePolicyTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Classes_FollowFromPinsAndFromTheCluster()
    {
        await using var cluster = await NodeCluster.StartAsync(silos: 2, new TestGrainStorage());
        var other = cluster.Node(1).PeerId;
        await Eventually.TrueAsync("the silos know each other", () => Task.FromResult(cluster.Service<Siblings>().Contains(other)), Long, Token);
        var leaves = TestBlocks.RawMany(ClusterFixture.NextSeed(), 3);
        var middle = TestTrees.Node("middle", leaves);
        var root = TestTrees.Node("root", middle);
        var plain = TestTrees.Node("plain", leaves);
        var direct = TestTrees.Node("direct", leaves);
        await cluster.AddAsync([root, middle, .. leaves], pin: new PinRequest());
        await cluster.AddAsync([direct, .. leaves], pin: new PinRequest { Mode = PinMode.Direct });
        await cluster.AddAsync([plain, .. leaves]);
        await using var peer = await OutsidePeer.StartAsync();
        var policy = cluster.Service<IServePolicy>();
        ServiceClass Of(Block block, PeerId? who = null) => policy.Classify(who ?? peer.PeerId, block.Cid);

        Assert.Equal((ServiceClass.Pinned, ServiceClass.Pinned, ServiceClass.Everyone), (Of(root), Of(direct), Of(plain)));
        Assert.Equal((ServiceClass.Everyone, ServiceClass.Everyone), (Of(middle), Of(leaves[0])));
        Assert.Equal((ServiceClass.Cluster, ServiceClass.Cluster), (Of(root, other), Of(plain, other)));

        // Who fetches from the root down is of the class of the root, block by block.
        await peer.Host.ConnectAsync(new(cluster.Node().PeerId, cluster.Node().Profile.Libp2pAddresses), Token);
        await using var session = peer.Bitswap.CreateSession(direct.Cid);
        using (await session.GetRequiredAsync(direct.Cid, Token))
            Assert.Equal(ServiceClass.Everyone, Of(leaves[0]));
        using (await session.GetRequiredAsync(plain.Cid, Token))
            Assert.Equal(ServiceClass.Everyone, Of(leaves[0]));
        using (await session.GetRequiredAsync(root.Cid, Token))
            Assert.Equal(ServiceClass.Pinned, Of(middle));
        using (await session.GetRequiredAsync(middle.Cid, Token))
            Assert.All(leaves, leaf => Assert.Equal(ServiceClass.Pinned, Of(leaf)));

        await cluster.Grains.GetContentGrain(root.Cid).UnpinAsync(Token);
        Assert.Equal(ServiceClass.Everyone, Of(root));
    }

    [Fact]
    public async Task Pins_OfAnEarlierRun_AreKnownAgain()
    {
        var data = Directory.CreateTempSubdirectory("ipfskit-pins-");
        var storage = new TestGrainStorage();
        var block = TestBlocks.Raw(ClusterFixture.NextSeed());
        await using (var first = await NodeCluster.StartAsync(storage: storage, data: data))
            await first.AddAsync([block], pin: new PinRequest());

        await using (var second = await NodeCluster.StartAsync(storage: storage, data: data))
        {
            await second.Service<PinnedContent>().Loaded.WaitAsync(Long, Token);
            Assert.Equal(ServiceClass.Pinned, second.Service<IServePolicy>().Classify(default, block.Cid));
        }

        data.Delete(recursive: true);
    }

    [Fact]
    public void MoreBlocksThanThereArePlaces_ReplaceOthersAndNothingElse()
    {
        var pinned = new PinnedContent(Microsoft.Extensions.Logging.Abstractions.NullLogger<PinnedContent>.Instance);
        for (var i = 0; i < 3 * PinnedContent.MaxBlocks / 1000; i++)
        {
            var children = TestBlocks.RawMany(1_000_000 + (i * 1000), 1000, 8);
            var root = TestTrees.Node($"{i}", children);
            pinned.Set(root.Cid, PinMode.Recursive);
            pinned.OnRead(root);
            Assert.True(pinned.Contains(children[^1].Cid.Hash));
        }

        Assert.False(pinned.Contains(TestBlocks.Raw(7).Cid.Hash));
    }
}
