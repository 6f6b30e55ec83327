using IpfsKit.Grains.Catalog;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Catalog;

public sealed class HeldRootsTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private readonly Block _block = TestBlocks.Raw(ClusterFixture.NextSeed());

    private HeldRoots Held => fixture.Cluster.Service<HeldRoots>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BeginRegistration_ThatTheCatalogRefuses_IsNotUnderWay()
    {
        var refused = new CatalogRoot { Root = _block.Cid, Pin = new CatalogPin { Cid = TestBlocks.Raw(-3).Cid, Mode = CatalogPinMode.Direct } };

        await Assert.ThrowsAsync<ArgumentException>(() => Held.BeginRegistrationAsync(refused, Token));

        Assert.False(Held.IsRegistering(_block.Cid));
    }
}
