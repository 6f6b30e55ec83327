using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit;
using static IpfsKit.Storage.Tests.Catalog.CatalogSamples;

namespace IpfsKit.Storage.Tests.Catalog;

public sealed class SiloCatalogConcurrencyTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private SiloCatalog _catalog = null!;

    public async ValueTask InitializeAsync() =>
        _catalog = await SiloCatalog.OpenAsync(new SiloCatalogOptions { Path = _directory.Combine("catalog.db"), IndexBatch = 700 }, cancellationToken: Token);

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task GetRoot_WhileTheRootGrows_AlwaysFindsIt()
    {
        for (var round = 0; round < 300; round++)
        {
            await _catalog.UpsertRootAsync(Root(5000 + round, wholeDag: false), Token);
            var growing = _catalog.UpsertRootAsync(Root(5000 + round), Token);
            do
                Assert.NotNull(await _catalog.GetRootAsync(Cid(5000 + round), Token));
            while (!growing.IsCompleted);
            await growing;
        }
    }

    [Fact]
    public async Task Enumerate_WhileOthersWrite_SeesWhatIsThereThroughoutExactlyOnce()
    {
        // 0..999 stay; 1000..1999 come and go.
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => _catalog.AddCommittedAsync(i)));
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(
            async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i = (i + 1) % 1000)
                {
                    await _catalog.AddCommittedAsync(1000 + i);
                    await _catalog.RemoveRootAsync(Cid(1000 + ((i + 500) % 1000)), cancellationToken: Token);
                }
            },
            Token);
        try
        {
            for (var round = 0; round < 5; round++)
            {
                var seen = (await _catalog.EnumerateRootsAsync(cancellationToken: Token).ToListAsync()).ConvertAll(root => root.Root);
                Assert.Equal(seen.Count, seen.Distinct().Count());
                Assert.Empty(Enumerable.Range(0, 1000).Select(Cid).Except(seen));
                Assert.Equal(seen.Order(Comparer<Cid>.Create(CompareKeys)), seen);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await writer;
        }
    }

    [Fact]
    public async Task EnumerateLive_WhileRootsAreAddedAndGrow_HasSeenAllThatIsLiveAtItsEnd()
    {
        // Any order of keys: the walk is by age, so nothing that becomes live can hide behind it.
        for (var i = 0; i < 600; i++)
            await _catalog.UpsertRootAsync(Root(i, wholeDag: i % 3 != 0), Token);
        var live = new HashSet<LiveRoot>();
        var next = 600;
        await foreach (var root in _catalog.EnumerateLiveRootsAsync(Token))
        {
            live.Add(root);
            if (live.Count % 7 != 0 || next >= 900)
                continue;
            await _catalog.UpsertRootAsync(Root(next), Token);
            // Grows, after the walk has passed it.
            await _catalog.UpsertRootAsync(Root((next - 600) * 3), Token);
            await _catalog.PinAsync(Pin(next + 10_000, CatalogPinMode.Direct), cancellationToken: Token);
            await _catalog.PinAsync(Pin(next + 9_990), cancellationToken: Token);
            next++;
        }

        Assert.True(next > 650, $"the walk ended before much was added ({next})");
        await foreach (var root in _catalog.EnumerateRootsAsync(CatalogFilter.All, cancellationToken: Token))
            Assert.Contains(new LiveRoot(root.Root.ToV1(), root.WholeDag), live);
        await foreach (var pin in _catalog.EnumeratePinsAsync(cancellationToken: Token))
            Assert.Contains(new LiveRoot(pin.Cid, pin.Mode == CatalogPinMode.Recursive), live);
    }

    [Fact]
    public async Task GetRoot_WhileTheIndexIsWritten_AlwaysFindsIt()
    {
        await _catalog.AddCommittedAsync(0);
        var writer = Task.WhenAll(Enumerable.Range(1, 3000).Select(i => _catalog.UpsertRootAsync(Root(i), Token)));
        var found = 0;
        while (!writer.IsCompleted || found < 100)
        {
            Assert.NotNull(await _catalog.GetRootAsync(Cid(0), Token));
            found++;
        }

        await writer;
        Assert.Equal(3001, (await _catalog.EnumerateRootsAsync(CatalogFilter.All, cancellationToken: Token).ToListAsync()).Count);
    }

    [Fact]
    public async Task EnumerateLive_Kinds_SayHowMuchTheyKeep()
    {
        await _catalog.UpsertRootAsync(Root(1), Token);
        await _catalog.AddCommittedAsync(2);
        await _catalog.UpsertRootAsync(Root(3, wholeDag: false), Token);
        await _catalog.PinAsync(Pin(4), cancellationToken: Token);
        await _catalog.PinAsync(Pin(5, CatalogPinMode.Direct), cancellationToken: Token);
        Assert.Equal(
            [new(Cid(1), true), new(Cid(2).ToV1(), true), new(Cid(3), false), new(Cid(4).ToV1(), true), new(Cid(5), false)],
            await _catalog.EnumerateLiveRootsAsync(Token).ToListAsync());
    }

    [Fact]
    public async Task Writes_SixtyFourCallers_AllDurableAndCounted()
    {
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async caller =>
        {
            for (var i = 0; i < 50; i++)
                await _catalog.AddCommittedAsync((caller * 50) + i, i % 5 == 0 ? Pin((caller * 50) + i) : null);
        }));
        Assert.Equal(3200, _catalog.Statistics.CommittedRoots);
        Assert.Equal(640, _catalog.Statistics.RecursivePins);
        Assert.Equal(3200, (await _catalog.EnumerateRootsAsync(cancellationToken: Token).ToListAsync()).Count);
    }
}
