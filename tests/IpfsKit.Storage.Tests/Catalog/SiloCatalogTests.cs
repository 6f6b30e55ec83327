using IpfsKit.Multiformats;
using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit;
using static IpfsKit.Storage.Tests.Catalog.CatalogSamples;

namespace IpfsKit.Storage.Tests.Catalog;

public sealed class SiloCatalogTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private SiloCatalog _catalog = null!;

    private string FilePath => _directory.Combine("data", "catalog.db");

    public async ValueTask InitializeAsync() => _catalog = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Upsert_NewRoot_IsPendingAndFoundByEitherVersion()
    {
        var root = Root(2) with { Heat = new CatalogHeat(1.5, 2.5, Day) };
        Assert.Equal(root, await _catalog.UpsertRootAsync(root, Token));
        Assert.Equal(root, await _catalog.GetRootAsync(Cid(2), Token));
        Assert.Equal(root, await _catalog.GetRootAsync(Cid(2).ToV1(), Token));
        Assert.Equal(0, root.Root.Version);
        Assert.Null(await _catalog.GetRootAsync(Cid(3), Token));
    }

    [Fact]
    public async Task Upsert_PendingRootAgain_TakesSizesAndTimeOfTheLast()
    {
        await _catalog.UpsertRootAsync(Root(2), Token);
        var again = Root(2) with { Root = Cid(2).ToV1(), SizeBytes = 7, HeldSince = Day.AddHours(1) };
        await _catalog.UpsertRootAsync(again, Token);
        // The form of the CID is that of the first.
        Assert.Equal(again with { Root = Cid(2) }, await _catalog.GetRootAsync(Cid(2), Token));
    }

    [Fact]
    public async Task Upsert_PendingOverCommitted_LeavesItVisible()
    {
        await _catalog.AddCommittedAsync(1, Pin(1));
        var stored = await _catalog.UpsertRootAsync(Root(1) with { SizeBytes = 9, HeldSince = Day.AddDays(1) }, Token);
        Assert.Equal(Root(1) with { Committed = true, Epoch = 1, Revision = 1, CommittedAt = Day, Pin = Pin(1) }, stored);
        Assert.Equal(stored, await _catalog.GetRootAsync(Cid(1), Token));
    }

    [Fact]
    public async Task Upsert_WholeOverBlockAlone_BecomesWhole()
    {
        await _catalog.UpsertRootAsync(Root(1, wholeDag: false), Token);
        await _catalog.CommitRootAsync(Cid(1), 1, 1, Day, Pin(1, CatalogPinMode.Direct), Token);
        var stored = await _catalog.UpsertRootAsync(Root(1) with { SizeBytes = 5000 }, Token);
        Assert.True(stored is { WholeDag: true, Committed: true, SizeBytes: 5000 });
        Assert.Equal(5000, _catalog.Statistics.CommittedBytes);

        stored = await _catalog.UpsertRootAsync(Root(1, wholeDag: false) with { SizeBytes = 1 }, Token);
        Assert.True(stored is { WholeDag: true, SizeBytes: 5000 });
    }

    [Fact]
    public async Task Upsert_CommittedOfAnOlderLife_ChangesNothing()
    {
        await _catalog.UpsertRootAsync(Root(1) with { Committed = true, Epoch = 5, Revision = 5, CommittedAt = Day }, Token);
        var stored = await _catalog.UpsertRootAsync(Root(1) with { Committed = true, Epoch = 4, Revision = 4, SizeBytes = 1, Pin = Pin(1) }, Token);
        Assert.Equal(Root(1) with { Committed = true, Epoch = 5, Revision = 5, CommittedAt = Day }, stored);
    }

    [Fact]
    public async Task Commit_PendingRoot_RecordsEpochTimeAndPin()
    {
        await _catalog.UpsertRootAsync(Root(1), Token);
        Assert.True(await _catalog.CommitRootAsync(Cid(1), 17, 17, Day.AddSeconds(1), Pin(1, name: "naïve 名前"), Token));
        Assert.Equal(
            Root(1) with { Committed = true, Epoch = 17, Revision = 17, CommittedAt = Day.AddSeconds(1), Pin = Pin(1, name: "naïve 名前") },
            await _catalog.GetRootAsync(Cid(1), Token));
        // Without a pin, a commit says that there is none.
        Assert.True(await _catalog.CommitRootAsync(Cid(1), 17, 17, Day, cancellationToken: Token));
        Assert.Null(await _catalog.GetPinAsync(Cid(1), Token));
    }

    [Fact]
    public async Task Commit_UnknownRootOrOlderLife_IsFalse()
    {
        Assert.False(await _catalog.CommitRootAsync(Cid(1), 1, 1, Day, Pin(1), Token));
        Assert.Null(await _catalog.GetPinAsync(Cid(1), Token));
        await _catalog.UpsertRootAsync(Root(1) with { Committed = true, Epoch = 5, Revision = 5 }, Token);
        Assert.False(await _catalog.CommitRootAsync(Cid(1), 4, 4, Day, Pin(1), Token));
    }

    [Fact]
    public async Task Remove_Root_TakesItsPinAlong()
    {
        await _catalog.AddCommittedAsync(1, Pin(1));
        Assert.False(await _catalog.RemoveRootAsync(Cid(1), revision: 0, Token));
        Assert.True(await _catalog.RemoveRootAsync(Cid(1), revision: 1, Token));
        Assert.False(await _catalog.RemoveRootAsync(Cid(1), cancellationToken: Token));
        Assert.Null(await _catalog.GetRootAsync(Cid(1), Token));
        Assert.Null(await _catalog.GetPinAsync(Cid(1), Token));
        Assert.Equal(new CatalogStatistics(), _catalog.Statistics);
    }

    [Fact]
    public async Task Hide_CommittedRoot_IsPendingWithoutPinAndKeepsItsEpoch()
    {
        await _catalog.AddCommittedAsync(1, Pin(1));
        Assert.False(await _catalog.HideRootAsync(Cid(1), revision: 0, Token));
        Assert.True(await _catalog.HideRootAsync(Cid(1), revision: 1, Token));
        Assert.Equal(Root(1) with { Epoch = 1, Revision = 1 }, await _catalog.GetRootAsync(Cid(1), Token));
        Assert.Equal(new CatalogStatistics { PendingRoots = 1 }, _catalog.Statistics);
    }

    [Fact]
    public async Task Pin_OfAnotherLife_IsNotSetNorRemoved()
    {
        await _catalog.AddCommittedAsync(1);
        Assert.False(await _catalog.PinAsync(Pin(1), epoch: 2, Token));
        Assert.False(await _catalog.PinAsync(Pin(2), epoch: 1, Token));
        Assert.True(await _catalog.PinAsync(Pin(1), epoch: 1, Token));
        Assert.False(await _catalog.UnpinAsync(Cid(1), epoch: 2, Token));
        Assert.Equal(Pin(1), await _catalog.GetPinAsync(Cid(1), Token));
        Assert.True(await _catalog.UnpinAsync(Cid(1), epoch: 1, Token));
        Assert.False(await _catalog.UnpinAsync(Cid(1), epoch: 1, Token));
    }

    [Fact]
    public async Task Pin_WithoutRoot_IsKeptAndReplaced()
    {
        Assert.True(await _catalog.PinAsync(Pin(2, CatalogPinMode.Direct, "a"), cancellationToken: Token));
        Assert.True(await _catalog.PinAsync(Pin(2, CatalogPinMode.Recursive, "b"), cancellationToken: Token));
        Assert.Equal(Pin(2, CatalogPinMode.Recursive, "b"), await _catalog.GetPinAsync(Cid(2), Token));
        Assert.Equal(new CatalogStatistics { RecursivePins = 1 }, _catalog.Statistics);
        Assert.True(await _catalog.UnpinAsync(Cid(2), cancellationToken: Token));
        Assert.Null(await _catalog.GetPinAsync(Cid(2), Token));
    }

    [Fact]
    public async Task Pin_BadArguments_AreRefusedNamingTheValue()
    {
        var tooLong = new string('x', CatalogPin.MaxNameLength + 1);
        var error = await Assert.ThrowsAsync<ArgumentException>(() => _catalog.PinAsync(Pin(1, name: tooLong), cancellationToken: Token));
        Assert.Contains("1025", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => _catalog.PinAsync(Pin(1, (CatalogPinMode)7), cancellationToken: Token));
        await Assert.ThrowsAsync<ArgumentException>(() => _catalog.CommitRootAsync(Cid(1), 1, 1, Day, Pin(2), Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _catalog.GetRootAsync(default, Token));
    }

    [Fact]
    public async Task UpdateHeat_ManyRoots_ChangesThoseThatAreHere()
    {
        await _catalog.AddCommittedAsync(1);
        var heat = new CatalogHeat(0.25, 12.5, Day.AddMinutes(3));
        Assert.Equal(1, await _catalog.UpdateHeatAsync([new(Cid(1), heat), new(Cid(2), heat)], Token));
        Assert.Equal(heat, (await _catalog.GetRootAsync(Cid(1), Token))!.Heat);
        // Registering it again does not cool it.
        Assert.Equal(heat, (await _catalog.UpsertRootAsync(Root(1), Token)).Heat);
        await Assert.ThrowsAsync<ArgumentException>(() => _catalog.UpdateHeatAsync(new CatalogRootHeat[SiloCatalog.MaxHeatBatch + 1], Token));
    }

    [Fact]
    public async Task List_EachFilter_IsInTheOrderOfKeysPageByPage()
    {
        for (var i = 0; i < 40; i++)
        {
            if (i % 4 == 0)
                await _catalog.UpsertRootAsync(Root(i), Token);
            else
                await _catalog.AddCommittedAsync(i, i % 4 == 1 ? Pin(i) : null);
        }

        foreach (var (filter, passes) in new (CatalogFilter, Func<int, bool>)[]
            {
                (CatalogFilter.All, _ => true), (CatalogFilter.Committed, i => i % 4 != 0),
                (CatalogFilter.Pending, i => i % 4 == 0), (CatalogFilter.Pinned, i => i % 4 == 1),
            })
        {
            var expected = Enumerable.Range(0, 40).Where(passes).Select(Cid).Order(Comparer<Cid>.Create(CompareKeys)).ToList();
            Assert.Equal(expected, (await _catalog.EnumerateRootsAsync(filter, cancellationToken: Token).ToListAsync()).Select(root => root.Root));

            var paged = new List<Cid>();
            IReadOnlyList<CatalogRoot> page;
            do
            {
                page = await _catalog.ListRootsAsync(filter, paged is [] ? null : paged[^1], 7, Token);
                paged.AddRange(page.Select(root => root.Root));
            }
            while (page.Count == 7);
            Assert.Equal(expected, paged);
        }

        var pins = await _catalog.EnumeratePinsAsync(cancellationToken: Token).ToListAsync();
        Assert.Equal(Enumerable.Range(0, 40).Where(i => i % 4 == 1).Select(i => Cid(i).ToV1()).Order(Comparer<Cid>.Create(CompareKeys)), pins.Select(pin => pin.Cid));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _catalog.ListRootsAsync(CatalogFilter.All, null, 0, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _catalog.ListPinsAsync(null, SiloCatalog.MaxPage + 1, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _catalog.ListRootsAsync((CatalogFilter)9, null, 1, Token));
    }

    [Fact]
    public async Task ListStale_PendingOnly_ThoseHeldLongEnough()
    {
        await _catalog.UpsertRootAsync(Root(1), Token);
        await _catalog.UpsertRootAsync(Root(2) with { HeldSince = Day.AddHours(2) }, Token);
        await _catalog.AddCommittedAsync(3);
        var stale = await _catalog.ListStaleRootsAsync(Day.AddHours(1), null, 10, Token);
        Assert.Equal([Cid(1)], stale.Select(root => root.Root));
    }

    [Fact]
    public async Task Statistics_AfterReopening_AreTheSame()
    {
        await _catalog.AddCommittedAsync(1, Pin(1));
        await _catalog.AddCommittedAsync(2, Pin(2, CatalogPinMode.Direct));
        await _catalog.UpsertRootAsync(Root(3), Token);
        var expected = new CatalogStatistics { CommittedRoots = 2, PendingRoots = 1, RecursivePins = 1, DirectPins = 1, CommittedBytes = 203 };
        Assert.Equal(expected, _catalog.Statistics);
        await _catalog.DisposeAsync();
        _catalog = await OpenAsync();
        Assert.Equal(expected, _catalog.Statistics);
    }

    [Fact]
    public async Task Acknowledged_ProcessDies_IsThereAfterwards()
    {
        for (var i = 0; i < 20; i++)
            await _catalog.AddCommittedAsync(i, i % 2 == 0 ? Pin(i) : null);
        // What a process that dies leaves: the file as it is, and the log that nobody has copied into it.
        var copy = _directory.Combine("copy");
        Directory.CreateDirectory(copy);
        foreach (var file in new[] { FilePath, FilePath + "-wal" })
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        Assert.True(new FileInfo(Path.Combine(copy, "catalog.db-wal")).Length > 0);

        await using var recovered = await SiloCatalog.OpenAsync(new SiloCatalogOptions { Path = Path.Combine(copy, "catalog.db") }, cancellationToken: Token);
        Assert.Equal(_catalog.Statistics, recovered.Statistics);
        Assert.Equal(
            await _catalog.EnumerateRootsAsync(cancellationToken: Token).ToListAsync(), await recovered.EnumerateRootsAsync(cancellationToken: Token).ToListAsync());
    }

    [Fact]
    public async Task Changes_OfManyCallers_TakeEffectInTheOrderOfTheCalls()
    {
        var changes = new List<Task>();
        for (var i = 0; i < 500; i++)
        {
            changes.Add(_catalog.UpsertRootAsync(Root(1), Token));
            changes.Add(_catalog.CommitRootAsync(Cid(1), i, i, Day, Pin(1, name: $"{i}"), Token));
            changes.Add(_catalog.RemoveRootAsync(Cid(1), cancellationToken: Token));
        }

        var last = _catalog.UpsertRootAsync(Root(1) with { SizeBytes = 42 }, Token);
        await Task.WhenAll(changes);
        Assert.Equal(await last, await _catalog.GetRootAsync(Cid(1), Token));
        Assert.Equal(new CatalogStatistics { PendingRoots = 1 }, _catalog.Statistics);
    }

    [Fact]
    public async Task Queue_Full_IsRefusedWithItsLimit()
    {
        await using var catalog = await SiloCatalog.OpenAsync(new SiloCatalogOptions { Path = _directory.Combine("small.db"), MaxQueued = 1 }, cancellationToken: Token);
        var changes = new List<Task>();
        Task? refusal = null;
        while (refusal is null && changes.Count < 100_000)
        {
            // Never throws by itself: whoever has a task need not also catch.
            var change = catalog.UpsertRootAsync(Root(changes.Count), Token);
            if (change.IsFaulted)
                refusal = change;
            else
                changes.Add(change);
        }

        Assert.Equal(1, (await Assert.ThrowsAsync<CatalogQueueFullException>(() => refusal!)).Limit);
        await Task.WhenAll(changes);
        Assert.Equal(changes.Count, catalog.Statistics.PendingRoots);
    }

    [Fact]
    public async Task Dispose_ThenUse_IsRefused()
    {
        await _catalog.DisposeAsync();
        var refused = _catalog.UpsertRootAsync(Root(1), Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => refused);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _catalog.GetRootAsync(Cid(1), Token));
        _catalog = await OpenAsync();
    }

    private Task<SiloCatalog> OpenAsync() => SiloCatalog.OpenAsync(new SiloCatalogOptions { Path = FilePath }, cancellationToken: Token);
}
