using CsCheck;
using IpfsKit.Storage.Catalog;
using IpfsKit.TestKit;
using static IpfsKit.Storage.Tests.Catalog.CatalogSamples;

namespace IpfsKit.Storage.Tests.Catalog;

/// <summary>Any sequence of calls, against a dictionary that does the same.</summary>
public sealed class SiloCatalogModelTests
{
    private static readonly Gen<CatalogPin?> AnyPin = Gen.OneOf(
        Gen.Const((CatalogPin?)null),
        Gen.Select(Gen.Bool, Gen.Int[0, 2], (direct, name) => (CatalogPin?)new CatalogPin
        {
            Cid = default,
            Mode = direct ? CatalogPinMode.Direct : CatalogPinMode.Recursive,
            Name = name == 0 ? null : $"name {name}",
            PinnedAt = Day.AddSeconds(name),
        }));

    private static readonly Gen<Step> AnyStep = Gen.Select(
        Gen.Int[0, 7], Gen.Int[0, 5], Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 9], AnyPin, (kind, key, epoch, flag, size, pin) => new Step(kind, key, epoch, flag, size, pin));

    [Fact]
    public async Task AnyCalls_AgainstTheModel_Agree() =>
        await Gen.Select(Gen.Int[1, 8], AnyStep.Array[1, 60]).SampleAsync((batch, steps) => RunAsync(batch, steps), iter: Soak.Count(100, 10_000), threads: 1);

    private static async Task RunAsync(int indexBatch, Step[] steps)
    {
        using var directory = new TemporaryDirectory();
        var options = new SiloCatalogOptions { Path = directory.Combine("catalog.db"), IndexBatch = indexBatch };
        var catalog = await SiloCatalog.OpenAsync(options, cancellationToken: Token);
        var model = new CatalogModel();
        try
        {
            foreach (var step in steps)
            {
                if (step.Kind == 7)
                {
                    await catalog.DisposeAsync();
                    catalog = await SiloCatalog.OpenAsync(options, cancellationToken: Token);
                    continue;
                }

                Assert.Equal(step.Apply(model), await step.ApplyAsync(catalog));
                Assert.Equal(model.Statistics, catalog.Statistics);
            }

            for (var key = 0; key < 6; key++)
                Assert.Equal(model.Find(Cid(key)), await catalog.GetRootAsync(Cid(key), Token));
            foreach (var filter in Enum.GetValues<CatalogFilter>())
                Assert.Equal(model.List(filter), await catalog.EnumerateRootsAsync(filter, cancellationToken: Token).ToListAsync());
            Assert.Equal(model.ListPins(), await catalog.EnumeratePinsAsync(cancellationToken: Token).ToListAsync());
            Assert.Equal(model.Live(), (await catalog.EnumerateLiveRootsAsync(Token).ToListAsync()).ToHashSet());
        }
        finally
        {
            await catalog.DisposeAsync();
        }
    }

    private sealed record Step(int Kind, int Key, int Epoch, bool Flag, int Size, CatalogPin? AnyPin)
    {
        private CatalogPin? Pin => AnyPin is null ? null : AnyPin with { Cid = Cid(Key).ToV1() };

        private CatalogRoot Root => CatalogSamples.Root(Key, wholeDag: Flag) with
        {
            SizeBytes = Size,
            Committed = Size % 3 == 0,
            Epoch = Size % 3 == 0 ? Epoch / 2 : 0,
            Revision = Size % 3 == 0 ? Epoch : 0,
            CommittedAt = Size % 3 == 0 ? Day.AddDays(Epoch) : null,
            HeldSince = Day.AddMinutes(Size),
            Pin = Size % 3 == 0 ? Pin : null,
        };

        public object? Apply(CatalogModel model) => Kind switch
        {
            0 => model.Upsert(Root),
            1 => model.Commit(Cid(Key), Epoch / 2, Epoch, Day.AddDays(Epoch), Pin),
            2 => model.Remove(Cid(Key), Epoch),
            3 => model.Hide(Cid(Key), Epoch),
            4 => model.Pin(Pin ?? CatalogSamples.Pin(Key), Flag ? Epoch : null),
            5 => model.Unpin(Cid(Key), Flag ? Epoch : null),
            _ => model.Heat(Cid(Key), new CatalogHeat(Size, Epoch, Day)),
        };

        public async Task<object?> ApplyAsync(SiloCatalog catalog) => Kind switch
        {
            0 => await catalog.UpsertRootAsync(Root, Token),
            1 => await catalog.CommitRootAsync(Cid(Key), Epoch / 2, Epoch, Day.AddDays(Epoch), Pin, Token),
            2 => await catalog.RemoveRootAsync(Cid(Key), Epoch, Token),
            3 => await catalog.HideRootAsync(Cid(Key), Epoch, Token),
            4 => await catalog.PinAsync(Pin ?? CatalogSamples.Pin(Key), Flag ? Epoch : null, Token),
            5 => await catalog.UnpinAsync(Cid(Key), Flag ? Epoch : null, Token),
            _ => await catalog.UpdateHeatAsync([new CatalogRootHeat(Cid(Key), new CatalogHeat(Size, Epoch, Day))], Token),
        };
    }
}
