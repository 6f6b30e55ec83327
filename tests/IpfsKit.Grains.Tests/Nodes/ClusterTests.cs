using IpfsKit.Grains.Content;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Grains.Tickets;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Grains.Tests.Nodes;

public sealed class ClusterTests : IAsyncLifetime
{
    private readonly TestGrainStorage _storage = new();
    private NodeCluster _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await NodeCluster.StartAsync(silos: 3, _storage, configure: static (number, options) =>
    {
        options.Role = number switch { 0 => NodeRole.Master, 1 => NodeRole.Worker, _ => NodeRole.Leecher };
        options.Zone = $"zone-{number}";
    });

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task NodeGrains_LiveOnTheSiloWhosePeerIdIsTheirKey()
    {
        for (var silo = 0; silo < 3; silo++)
        {
            var stats = await _cluster.NodeGrain(silo).GetStatsAsync(Token);
            Assert.Equal(_cluster.Node(silo).PeerId, stats.Node);
        }
    }

    [Fact]
    public async Task NodeGrain_OfASiloThatHasStopped_FailsTyped()
    {
        var gone = _cluster.NodeGrain(1);
        await gone.GetStatsAsync(Token);
        await _cluster.Cluster.StopSiloAsync(_cluster.Cluster.Silos[1], Token);

        await Assert.ThrowsAsync<SiloUnavailableException>(async () => await gone.GetStatsAsync(Token));
    }

    [Theory]
    [InlineData("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA")]
    [InlineData("no peer id")]
    public async Task NodeGrain_OfNoNode_FailsTyped(string key)
    {
        var exception = await Assert.ThrowsAsync<SiloUnavailableException>(async () => await _cluster.Grains.GetGrain<INodeGrain>(key).GetStatsAsync(Token));

        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_ListsAllWithRoleZoneAndAddress()
    {
        var nodes = await EventuallyAsync(async () => await _cluster.Grains.GetGrain<INodeDirectoryGrain>(0).ListNodesAsync(Token), nodes => nodes.Count == 3);

        Assert.Equal(
            Enumerable.Range(0, 3).Select(silo => _cluster.Node(silo).Profile.ToInfo()).OrderBy(node => node.Zone),
            nodes.OrderBy(node => node.Zone));
    }

    [Fact]
    public async Task ContentGrains_StayOffLeechers()
    {
        await EventuallyAsync(async () => await _cluster.Grains.GetGrain<INodeDirectoryGrain>(0).ListNodesAsync(Token), nodes => nodes.Count == 3);
        var leecher = _cluster.Cluster.Silos[2].SiloAddress;
        var management = _cluster.Grains.GetGrain<IManagementGrain>(0);
        foreach (var block in TestBlocks.RawMany(0, 60))
        {
            var grain = _cluster.Grains.GetContentGrain(block.Cid);
            await _cluster.Service<IGrainFactory>().GetContentHolder(block.Cid).RegisterAsync(new RegisterContent { Root = block.Cid, Placement = new NodePlacement { Node = _cluster.Node().PeerId } }, Token);
            Assert.NotEqual(leecher, await management.GetActivationAddress(grain, Token));
        }
    }

    [Fact]
    public async Task Locate_NamesEveryHolderThatIsUp()
    {
        var block = TestBlocks.Raw(500);
        await _cluster.AddAsync([block], silo: 0);
        await _cluster.AddAsync([block], silo: 1);
        var grain = _cluster.Grains.GetContentGrain(block.Cid);

        var location = await EventuallyAsync(async () => (await grain.LocateAsync(Token))!, found => found.Endpoints.Count == 2);
        Assert.Equal(Set(0, 1), location.Endpoints.Select(endpoint => endpoint.Node).ToHashSet());

        // Any silo's ticket is good on the silo that it names.
        foreach (var silo in new[] { 0, 1 })
        {
            var endpoint = location.Endpoints.Single(endpoint => endpoint.Node == _cluster.Node(silo).PeerId);
            Assert.True((await _cluster.Service<TicketService>(silo).VerifyReadAsync(endpoint.Ticket, endpoint.Node, block.Cid, Token)).IsValid);
        }

        var left = Set(0);
        await _cluster.Cluster.StopSiloAsync(_cluster.Cluster.Silos[1], Token);
        location = await EventuallyAsync(async () => (await grain.LocateAsync(Token))!, found => found.Endpoints.Count == 1);
        Assert.Equal(left, location.Endpoints.Select(endpoint => endpoint.Node).ToHashSet());

        HashSet<PeerId> Set(params int[] silos) => [.. silos.Select(silo => _cluster.Node(silo).PeerId)];
    }

    [Fact]
    public async Task Pin_ReachesTheCatalogOfEveryHolder()
    {
        var block = TestBlocks.Raw(600);
        await _cluster.AddAsync([block], silo: 0);
        await _cluster.AddAsync([block], silo: 2);
        var grain = _cluster.Grains.GetContentGrain(block.Cid);
        await EventuallyAsync(async () => (await grain.LocateAsync(Token))!, found => found.Endpoints.Count == 2);

        await grain.PinAsync(new PinRequest { Name = "everywhere" }, Token);

        Assert.Equal("everywhere", Assert.Single(await _cluster.PinsAsync(silo: 0)).Name);
        Assert.Equal("everywhere", Assert.Single(await _cluster.PinsAsync(silo: 2)).Name);

        await grain.UnpinAsync(Token);
        await grain.RemoveAsync(Token);
        Assert.Empty(await _cluster.RootsAsync(0));
        Assert.Empty(await _cluster.RootsAsync(2));
    }

    [Fact]
    public async Task TicketKeys_Rotate()
    {
        var silo = _cluster.Service<IGrainFactory>();
        var first = Assert.Single(await silo.GetGrain<ITicketKeyGrain>(0).GetKeysAsync(Token));
        Assert.Single(await silo.GetGrain<ITicketKeyGrain>(0).GetKeysAsync(Token));

        _cluster.Time.Advance(TicketLifetimes.KeySigns);
        var second = await silo.GetGrain<ITicketKeyGrain>(0).GetKeysAsync(Token);
        Assert.Equal([first.Id + 1, first.Id], second.Select(key => key.Id));
        Assert.NotEqual(second[0].Secret, second[1].Secret);

        _cluster.Time.Advance(TicketLifetimes.KeyVerifies);
        var third = await silo.GetGrain<ITicketKeyGrain>(0).GetKeysAsync(Token);
        Assert.Equal([first.Id + 2], third.Select(key => key.Id));
    }

    [Fact]
    public async Task TicketKeys_WhileStorageIsDown_GoOnSigning()
    {
        var grain = _cluster.Service<IGrainFactory>().GetGrain<ITicketKeyGrain>(0);
        var first = Assert.Single(await grain.GetKeysAsync(Token));
        _storage.IsDown = true;
        try
        {
            _cluster.Time.Advance(TicketLifetimes.KeySigns);
            Assert.Equal(first.Id, Assert.Single(await grain.GetKeysAsync(Token)).Id);
        }
        finally
        {
            _storage.IsDown = false;
        }

        Assert.Equal(2, (await grain.GetKeysAsync(Token)).Count);
    }

    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask, Func<T, bool> good)
    {
        while (true)
        {
            var answer = await ask();
            if (good(answer))
                return answer;
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
