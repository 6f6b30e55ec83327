using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Catalog;

public sealed class HeldRootsTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly Block _block = TestBlocks.Raw(ClusterFixture.NextSeed());

    private NodeCluster Cluster => fixture.Cluster;

    private IContentHolderGrain Holder => Cluster.Service<IGrainFactory>().GetContentHolder(_block.Cid);

    private IContentGrain Grain => Cluster.Grains.GetContentGrain(_block.Cid);

    private SiloCatalog Catalog => Cluster.Node().Storage.Catalog;

    private HeldRoots Held => fixture.Cluster.Service<HeldRoots>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BeginRegistration_ThatTheCatalogRefuses_IsNotUnderWay()
    {
        var refused = new CatalogRoot { Root = _block.Cid, Pin = new CatalogPin { Cid = TestBlocks.Raw(-3).Cid, Mode = CatalogPinMode.Direct } };

        await Assert.ThrowsAsync<ArgumentException>(() => Held.BeginRegistrationAsync(refused, Token));

        Assert.False(Held.IsRegistering(_block.Cid));
    }

    [Fact]
    public async Task EndCommitted_AfterTheRootWasRemoved_DoesNotBringItBack()
    {
        var registration = await RegisterAsync();

        Assert.True(await Grain.RemoveAsync(Token));
        await EndAsync(registration);

        Assert.False((await Catalog.GetRootAsync(_block.Cid, Token))!.Committed);
        Assert.Equal(0, await Cluster.Reconciler().ReconcileAsync(CatalogFilter.Pending, Token));
        Assert.Null(await Catalog.GetRootAsync(_block.Cid, Token));
    }

    [Fact]
    public async Task EndCommitted_OfALifeAfterTheRemoval_CommitsIt()
    {
        var first = await RegisterAsync();
        Assert.True(await Grain.RemoveAsync(Token));
        // The clock stands still, so only what the silo remembers keeps this life apart from the first.
        var second = await RegisterAsync();

        await EndAsync(second);
        await EndAsync(first);
        await Cluster.Reconciler().ReconcileAsync(CatalogFilter.Pending, Token);

        var row = await Catalog.GetRootAsync(_block.Cid, Token);
        Assert.NotNull(await Grain.StatAsync(Token));
        Assert.Equal((true, second.Epoch), (row!.Committed, row.Epoch));
    }

    [Fact]
    public async Task EndCommitted_AfterAPin_KeepsThePin()
    {
        var registration = await RegisterAsync();

        await Grain.PinAsync(new PinRequest { Name = "later" }, Token);
        Assert.Equal("later", (await Catalog.GetRootAsync(_block.Cid, Token))!.Pin?.Name);
        await EndAsync(registration);

        Assert.Equal("later", (await Catalog.GetRootAsync(_block.Cid, Token))!.Pin?.Name);
    }

    [Fact]
    public async Task EndCommitted_AfterAnUnpin_LeavesItUnpinned()
    {
        var registration = await RegisterAsync(new PinRequest { Name = "earlier" });

        Assert.True(await Grain.UnpinAsync(Token));
        await EndAsync(registration);

        var row = await Catalog.GetRootAsync(_block.Cid, Token);
        Assert.True(row!.Committed);
        Assert.Null(row.Pin);
    }

    [Fact]
    public async Task EndCommitted_BeforeAPin_GetsThePinAfterwards()
    {
        await EndAsync(await RegisterAsync());

        await Grain.PinAsync(new PinRequest { Name = "later" }, Token);

        Assert.Equal("later", (await Catalog.GetRootAsync(_block.Cid, Token))!.Pin?.Name);
    }

    /// <summary>A registration up to where its content grain has committed and the silo has not yet seen the answer.</summary>
    private async Task<ContentRegistration> RegisterAsync(PinRequest? pin = null)
    {
        var row = await Held.BeginRegistrationAsync(new CatalogRoot { Root = _block.Cid }, Token);
        return await Holder.RegisterAsync(
            new RegisterContent { Root = _block.Cid, Placement = new NodePlacement { Node = Cluster.Node().PeerId }, Pin = pin, Revision = row.Revision }, Token);
    }

    private async Task EndAsync(ContentRegistration registration)
    {
        Held.EndCommitted(_block.Cid, registration);
        await Held.EndingAsync(_block.Cid);
    }
}
