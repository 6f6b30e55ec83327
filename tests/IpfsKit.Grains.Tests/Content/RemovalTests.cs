using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Content;

public sealed class RemovalTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly Block _block = TestBlocks.Raw(ClusterFixture.NextSeed());

    private NodeCluster Cluster => fixture.Cluster;

    private IContentGrain Grain => Cluster.Grains.GetContentGrain(_block.Cid);

    private IContentHolderGrain Holder => Cluster.Service<IGrainFactory>().GetContentHolder(_block.Cid);

    private SiloCatalog Catalog => Cluster.Node().Storage.Catalog;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Remove_ForgetsTheRootEverywhere()
    {
        await Cluster.AddAsync([_block]);

        Assert.True(await Grain.RemoveAsync(Token));

        Assert.Null(await Grain.StatAsync(Token));
        Assert.Null(await Catalog.GetRootAsync(_block.Cid, Token));
        Assert.False(fixture.Storage.Has(Grain.GetGrainId()));
        Assert.False(await Grain.RemoveAsync(Token));
    }

    [Fact]
    public async Task Remove_WhilePinned_IsRefused()
    {
        await Cluster.AddAsync([_block], pin: new PinRequest());

        Assert.Equal(_block.Cid, (await Assert.ThrowsAsync<ContentPinnedException>(async () => await Grain.RemoveAsync(Token))).Cid);
        Assert.NotNull(await Grain.StatAsync(Token));

        await Grain.UnpinAsync(Token);
        Assert.True(await Grain.RemoveAsync(Token));
    }

    [Fact]
    public async Task Remove_CopyOnASiloThatIsDown_IsDroppedWhenItIsBack()
    {
        var registration = await Cluster.AddAsync([_block]);
        var absent = PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
        await Holder.AcknowledgeAsync(new HeldCopy { Placement = new NodePlacement { Node = absent }, Epoch = registration.Epoch }, Token);

        Assert.True(await Grain.RemoveAsync(Token));
        Assert.Null(await Grain.StatAsync(Token));
        Assert.True(fixture.Storage.Has(Grain.GetGrainId()), "the silo that is down would never learn of the removal");

        // As that silo would, when it is back.
        var standing = await Holder.ReconcileAsync(absent, Token);
        Assert.Equal((ContentStatus.None, true, true), (standing.Registration.Status, standing.IsKnown, standing.IsHolder));
        await Holder.DroppedAsync(absent, Token);
        Assert.False(fixture.Storage.Has(Grain.GetGrainId()));
        Assert.True(registration.Epoch > 0);
    }

    [Fact]
    public async Task Register_WhileARemovalIsUnfinished_BeginsANewLife()
    {
        var first = await Cluster.AddAsync([_block]);
        await Holder.AcknowledgeAsync(
            new HeldCopy { Placement = new NodePlacement { Node = PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA") }, Epoch = first.Epoch }, Token);
        await Grain.RemoveAsync(Token);

        var second = await Cluster.AddAsync([_block]);

        Assert.True(second.Epoch > first.Epoch);
        Assert.Equal(Cluster.Node().PeerId, Assert.Single((await Grain.StatAsync(Token))!.Placements).Node);
        Assert.Equal(second.Epoch, (await Catalog.GetRootAsync(_block.Cid, Token))!.Epoch);
    }

    [Fact]
    public async Task Drop_OfAnEarlierLife_ChangesNothing()
    {
        var first = await Cluster.AddAsync([_block]);
        await Grain.RemoveAsync(Token);
        Cluster.Time.Advance(TimeSpan.FromMilliseconds(1));
        await Cluster.AddAsync([_block]);

        await Control().DropRootAsync(_block.Cid, first.Revision, Token);
        await Control().SetPinAsync(_block.Cid, first with { Pin = new PinInfo { Cid = _block.Cid, Mode = PinMode.Direct } }, Token);

        var row = await Catalog.GetRootAsync(_block.Cid, Token);
        Assert.True(row!.Committed);
        Assert.Null(row.Pin);
    }

    [Fact]
    public async Task Drop_DuringARegistration_HidesTheRowUntilThatEnds()
    {
        var registration = await Cluster.AddAsync([_block]);
        var held = Cluster.Service<HeldRoots>();
        await held.BeginRegistrationAsync(new CatalogRoot { Root = _block.Cid }, Token);

        await Control().DropRootAsync(_block.Cid, registration.Revision, Token);

        Assert.False((await Catalog.GetRootAsync(_block.Cid, Token))!.Committed);
        await held.CommitAsync(_block.Cid, registration with { Revision = registration.Revision + 1 }, Token);
        held.EndRegistration(_block.Cid);
        Assert.True((await Catalog.GetRootAsync(_block.Cid, Token))!.Committed);
    }

    private INodeControlGrain Control() => Cluster.Service<IGrainFactory>().GetGrain<INodeControlGrain>(Cluster.Node().PeerId.ToString());
}
