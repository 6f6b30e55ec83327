using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Content;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Content;

public sealed class ContentRegistrarTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly Block _block = TestBlocks.Raw(ClusterFixture.NextSeed());

    private NodeCluster Cluster => fixture.Cluster;

    private IContentGrain Grain => Cluster.Grains.GetContentGrain(_block.Cid);

    private IContentHolderGrain Holder => Cluster.Service<IGrainFactory>().GetContentHolder(_block.Cid);

    private SiloCatalog Catalog => Cluster.Node().Storage.Catalog;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Register_CommitsInGrainAndCatalog()
    {
        var registration = await Cluster.AddAsync([_block], pin: new PinRequest { Mode = PinMode.Direct, Name = "name" });

        var info = await Grain.StatAsync(Token);
        var row = await Catalog.GetRootAsync(_block.Cid, Token);
        Assert.NotNull(info);
        Assert.NotNull(row);
        Assert.True(row.Committed);
        Assert.Equal((registration.Epoch, info.CommittedAt, _block.Size), (row.Epoch, row.CommittedAt!.Value, row.SizeBytes));
        Assert.Equal(("name", CatalogPinMode.Direct, info.Pin!.PinnedAt), (row.Pin!.Name, row.Pin.Mode, row.Pin.PinnedAt));
        Assert.False(Cluster.Service<HeldRoots>().IsRegistering(_block.Cid));
    }

    [Fact]
    public async Task Register_WithoutWaitingForTheCatalog_IsInTheNextListing()
    {
        for (var round = 0; round < 50; round++)
        {
            var block = TestBlocks.Raw(ClusterFixture.NextSeed());
            await using var ingest = Cluster.Service<ContentRegistrar>().Begin();
            await ingest.PutManyAsync([block], Token);
            await ingest.RegisterAsync(new StoredRoot { Root = block.Cid, SizeBytes = block.Size, DagBytes = block.Size, Blocks = 1, Pin = new PinRequest { Mode = PinMode.Direct } }, Token);

            Assert.Contains(block.Cid, await Cluster.RootsAsync());
            Assert.Contains(block.Cid, (await Cluster.PinsAsync()).Select(pin => pin.Cid));
        }
    }

    [Fact]
    public async Task Register_ThenRemoveAtOnce_LeavesNoRow()
    {
        for (var round = 0; round < 50; round++)
        {
            await using (var ingest = Cluster.Service<ContentRegistrar>().Begin())
            {
                await ingest.PutManyAsync([_block], Token);
                await ingest.RegisterAsync(new StoredRoot { Root = _block.Cid, SizeBytes = _block.Size, DagBytes = _block.Size, Blocks = 1 }, Token);
            }

            Assert.True(await Grain.RemoveAsync(Token));
            Assert.Null(await Catalog.GetRootAsync(_block.Cid, Token));
            Assert.Null(await Grain.StatAsync(Token));
        }
    }

    [Fact]
    public async Task Register_NewRoot_LeavesNoActivationBehind()
    {
        await Cluster.AddAsync([_block]);

        var management = Cluster.Service<IGrainFactory>().GetGrain<IManagementGrain>(0);
        await Eventually.TrueAsync("the activation is gone", async () => await management.GetActivationAddress(Grain) is null, TimeSpan.FromSeconds(30), Token);
    }

    [Fact]
    public async Task Register_Twice_IsTheSame()
    {
        var first = await Cluster.AddAsync([_block]);

        Assert.Equal(first, await Cluster.AddAsync([_block]));
        Assert.Single(await RowsAsync());
    }

    [Fact]
    public async Task Register_ManyAtOnce_CommitsAll()
    {
        var blocks = TestBlocks.RawMany(ClusterFixture.NextSeed(), 200);
        await Task.WhenAll(blocks.Select(block => Cluster.AddAsync([block])));

        foreach (var block in blocks)
            Assert.True((await Catalog.GetRootAsync(block.Cid, Token))!.Committed);
    }

    [Fact]
    public async Task Register_WhileGrainStorageIsDown_LeavesARowThatIsSettledLater()
    {
        await Grain.StatAsync(Token);
        fixture.Storage.IsDown = true;
        await Assert.ThrowsAnyAsync<Exception>(() => Cluster.AddAsync([_block]));
        fixture.Storage.IsDown = false;

        Assert.False((await Catalog.GetRootAsync(_block.Cid, Token))!.Committed);
        Assert.Equal(0, await Cluster.Reconciler().ReconcileAsync(CatalogFilter.Pending, Token));
        Assert.Null(await Catalog.GetRootAsync(_block.Cid, Token));
        Assert.Equal(ContentStatus.Committed, (await Cluster.AddAsync([_block])).Status);
    }

    [Fact]
    public async Task Crash_BeforeTheGrainKnew_LeavesNoRoot()
    {
        await Catalog.UpsertRootAsync(new CatalogRoot { Root = _block.Cid }, Token);

        await Cluster.Reconciler().ReconcileAsync(CatalogFilter.Pending, Token);

        Assert.Null(await Catalog.GetRootAsync(_block.Cid, Token));
        Assert.Null(await Grain.StatAsync(Token));
    }

    [Fact]
    public async Task Crash_AfterTheGrainCommitted_CommitsTheRow()
    {
        await Catalog.UpsertRootAsync(new CatalogRoot { Root = _block.Cid }, Token);
        var registration = await Holder.RegisterAsync(Copy() with { Pin = new PinRequest { Name = "kept" } }, Token);

        await Cluster.Reconciler().ReconcileAsync(CatalogFilter.Pending, Token);

        var row = await Catalog.GetRootAsync(_block.Cid, Token);
        Assert.True(row!.Committed);
        Assert.Equal((registration.Epoch, "kept"), (row.Epoch, row.Pin!.Name));
    }

    [Fact]
    public async Task Crash_BetweenAPinAndItsCatalogs_IsMadeGood()
    {
        await Cluster.AddAsync([_block]);
        await Grain.PinAsync(new PinRequest { Name = "pinned" }, Token);
        await Catalog.UnpinAsync(_block.Cid, cancellationToken: Token);

        await Cluster.Reconciler().ReconcileAsync(CatalogFilter.Committed, Token);

        Assert.Equal("pinned", (await Catalog.GetRootAsync(_block.Cid, Token))!.Pin!.Name);
    }

    [Fact]
    public async Task Crash_BetweenARemovalAndItsCatalogs_IsMadeGood()
    {
        var registration = await Cluster.AddAsync([_block]);
        fixture.Storage.Change<IpfsKit.Grains.Content.ContentState>("content", Grain.GetGrainId(), IpfsKit.Grains.Content.ContentTransitions.Hide);
        await Cluster.DeactivateAsync(Grain);

        await Cluster.Reconciler().ReconcileAsync(CatalogFilter.Committed, Token);

        Assert.Null(await Catalog.GetRootAsync(_block.Cid, Token));
        Assert.False(fixture.Storage.Has(Grain.GetGrainId()));
        Assert.True((await Cluster.AddAsync([_block])).Epoch >= registration.Epoch);
    }

    [Fact]
    public async Task Reconcile_RootWhoseGrainStateIsLost_RegistersItAnew()
    {
        await Cluster.AddAsync([_block], pin: new PinRequest { Name = "precious" });
        await Catalog.UpsertRootAsync(new CatalogRoot { Root = TestBlocks.Raw(-77).Cid, Committed = true, Epoch = 5, SizeBytes = 12 }, Token);

        await Cluster.Reconciler().ReconcileAsync(CatalogFilter.Committed, Token);

        var found = await Cluster.Grains.GetContentGrain(TestBlocks.Raw(-77).Cid).StatAsync(Token);
        Assert.Equal(12, found!.SizeBytes);
        Assert.NotNull(await Grain.StatAsync(Token));
    }

    [Fact]
    public async Task Reconcile_RootWhoseGrainDoesNotListThisSilo_AddsIt()
    {
        var other = PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
        var registration = await Holder.RegisterAsync(Copy() with { Placement = new NodePlacement { Node = other } }, Token);
        await Catalog.UpsertRootAsync(new CatalogRoot { Root = _block.Cid, Committed = true, Epoch = registration.Epoch, Revision = registration.Revision }, Token);

        await Cluster.Reconciler().ReconcileAsync(CatalogFilter.Committed, Token);

        Assert.Contains((await Grain.StatAsync(Token))!.Placements, placement => placement.Node == Cluster.Node().PeerId);
    }

    [Fact]
    public async Task Reconcile_RootRemovedAfterItsRowWasRead_StaysRemoved()
    {
        await Cluster.AddAsync([_block]);
        var read = (await Catalog.GetRootAsync(_block.Cid, Token))!;
        Assert.True(await Grain.RemoveAsync(Token));

        await Cluster.Reconciler().SettleAsync(read, Token);

        Assert.Null(await Grain.StatAsync(Token));
        Assert.Null(await Catalog.GetRootAsync(_block.Cid, Token));
    }

    [Fact]
    public async Task Reconcile_RootRemovedHereAndAddedElsewhereAfterItsRowWasRead_DoesNotMakeThisSiloAHolder()
    {
        await Cluster.AddAsync([_block]);
        var read = (await Catalog.GetRootAsync(_block.Cid, Token))!;
        Assert.True(await Grain.RemoveAsync(Token));
        var other = PeerId.Parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
        await Holder.RegisterAsync(Copy() with { Placement = new NodePlacement { Node = other } }, Token);

        await Cluster.Reconciler().SettleAsync(read, Token);

        Assert.Equal(other, Assert.Single((await Grain.StatAsync(Token))!.Placements).Node);
    }

    [Fact]
    public async Task Reconcile_GrainStateOlderThanTheRow_GoesBeyondIt()
    {
        var registration = await Cluster.AddAsync([_block]);
        await Catalog.CommitRootAsync(_block.Cid, registration.Epoch, registration.Revision + 1_000_000, Cluster.Time.GetUtcNow(), cancellationToken: Token);

        await Cluster.Reconciler().ReconcileAsync(CatalogFilter.Committed, Token);
        await Grain.PinAsync(new PinRequest { Name = "pinned" }, Token);

        Assert.Equal("pinned", (await Catalog.GetRootAsync(_block.Cid, Token))!.Pin?.Name);
    }

    [Fact]
    public async Task Reconcile_RegistrationUnderWay_IsLeftAlone()
    {
        var held = Cluster.Service<HeldRoots>();
        await held.BeginRegistrationAsync(new CatalogRoot { Root = _block.Cid }, Token);

        await Cluster.Reconciler().ReconcileAsync(CatalogFilter.Pending, Token);

        Assert.NotNull(await Catalog.GetRootAsync(_block.Cid, Token));
        held.EndRegistration(_block.Cid);
    }

    private RegisterContent Copy() => new() { Root = _block.Cid, Placement = new NodePlacement { Node = Cluster.Node().PeerId } };

    private async Task<IReadOnlyList<Cid>> RowsAsync() => [.. (await Cluster.RootsAsync()).Where(root => root == _block.Cid)];
}
