using IpfsKit.Grains.Content;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Catalog;

/// <summary>What a silo does when it is back after a crash.</summary>
public sealed class CatalogReconcilerTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("ipfskit-reconciler-");
    private readonly TestGrainStorage _storage = new();
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Block _block = TestBlocks.Raw(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Listing_AfterACrashThatLeftAnAcknowledgedRootPending_HasIt()
    {
        await CrashAsync();
        await using var cluster = await NodeCluster.StartAsync(storage: _storage, data: _data);
        await _asked.Task.WaitAsync(Token);

        var roots = cluster.RootsAsync();
        var pins = cluster.PinsAsync();
        var stats = cluster.NodeGrain().GetStatsAsync(Token).AsTask();
        for (var i = 0; i < 50; i++)
            await cluster.NodeGrain().OpenReadAsync(_block.Cid, Token);
        Assert.False(roots.IsCompleted || pins.IsCompleted || stats.IsCompleted, "nobody waited for the pending root");
        _answer.SetResult();

        Assert.Equal([_block.Cid], await roots);
        Assert.Equal(_block.Cid, Assert.Single(await pins).Cid);
        Assert.Equal(1, (await stats).Roots);
    }

    [Fact]
    public async Task Listing_WhileGrainStorageDoesNotAnswer_GoesWithoutThePendingRoot()
    {
        await CrashAsync();
        await using var cluster = await NodeCluster.StartAsync(storage: _storage, data: _data);
        await _asked.Task.WaitAsync(Token);

        var roots = cluster.RootsAsync();
        await Eventually.TrueAsync(
            "the listing gave up waiting",
            () =>
            {
                cluster.Time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(roots.IsCompleted);
            },
            TimeSpan.FromSeconds(30), Token);
        Assert.Empty(await roots);
        _answer.SetResult();
    }

    [Fact]
    public async Task PendingRoots_WhileAllAreCompared_AreSettledAllTheSame()
    {
        await using (var cluster = await NodeCluster.StartAsync(storage: _storage, data: _data))
            await Task.WhenAll(TestBlocks.RawMany(100, 200).Select(block => cluster.AddAsync([block])));
        // The clock stands still, and so does the comparison, after its first root.
        await using var again = await NodeCluster.StartAsync(
            storage: _storage, data: _data, configure: (_, options) => options.Catalog.ReconcilePerSecond = 1);
        var catalog = again.Node().Storage.Catalog;
        await Eventually.TrueAsync("the first pass over pending roots has ended", async () => { await again.NodeGrain().GetStatsAsync(Token); return true; }, TimeSpan.FromSeconds(30), Token);
        await catalog.UpsertRootAsync(new CatalogRoot { Root = _block.Cid }, Token);
        await again.Service<IGrainFactory>().GetContentHolder(_block.Cid).RegisterAsync(
            new RegisterContent { Root = _block.Cid, Placement = new NodePlacement { Node = again.Node().PeerId } }, Token);

        again.Time.Advance(TimeSpan.FromMinutes(1));

        await Eventually.TrueAsync("the root is settled", async () => (await catalog.GetRootAsync(_block.Cid, Token))!.Committed, TimeSpan.FromSeconds(30), Token);
    }

    public void Dispose() => _data.Delete(recursive: true);

    /// <summary>A root whose caller was told that it is committed, and of which the catalog was not told before the process died.</summary>
    private async Task CrashAsync()
    {
        await using (var cluster = await NodeCluster.StartAsync(storage: _storage, data: _data))
        {
            var registration = await cluster.AddAsync([_block], pin: new PinRequest { Mode = PinMode.Direct });
            await cluster.Node().Storage.Catalog.HideRootAsync(_block.Cid, registration.Revision, Token);
        }

        var key = ContentKey.Of(_block.Cid);
        _storage.BeforeRead = grain =>
        {
            if (grain.Key.ToString() != key)
                return Task.CompletedTask;
            _asked.TrySetResult();
            return _answer.Task;
        };
    }
}
