using CsCheck;
using IpfsKit.Storage.Segments;

namespace IpfsKit.Storage.Tests.Segments;

public sealed class StoreIndexTests
{
    private static readonly EpochClock Clock = new();

    [Theory]
    [InlineData(1, 0, 8)]
    [InlineData(RecordLocation.MaxSlots - 1, RecordLocation.MaxOffset - 8, RecordLocation.MaxLength)]
    [InlineData(77, 123_456_792, 4160)]
    public void Entry_AnyLocation_ComesBack(int slot, long offset, int length)
    {
        var location = new RecordLocation(slot, offset, length);
        var entry = new IndexEntry(0xFEDC_BA98_7654_3210, location, 0xA5);
        Assert.Equal(location, entry.Location);
        Assert.Equal(0xA5, entry.Stamp);
        Assert.Equal(0xFEDC_BA98_7654_3210, StoreIndex.FingerprintOf(0xFED, entry));
        entry.Stamp = 0x10;
        Assert.Equal((location, 0x10), (entry.Location, entry.Stamp));
    }

    [Fact]
    public void Index_RandomChanges_BehavesLikeADictionary()
    {
        // Few bits, so that tables have long runs and equal fingerprints.
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 60], Gen.Int[1, 4]).Array[1, 300].Sample(steps =>
        {
            using var index = new StoreIndex();
            var model = new HashSet<(ulong, RecordLocation)>();
            foreach (var (kind, key, slot) in steps)
            {
                var fingerprint = ((ulong)key << 40) | ((ulong)(key % 2) << 63);
                var location = new RecordLocation(slot, 64, 64);
                switch (kind)
                {
                    case 0 or 1 when !model.Contains((fingerprint, location)):
                        index.Insert(fingerprint, location, Clock.CurrentStamp);
                        model.Add((fingerprint, location));
                        break;
                    case 2:
                        Assert.Equal(model.Remove((fingerprint, location)), index.Remove(fingerprint, location));
                        break;
                    default:
                        Assert.Equal(model.Contains((fingerprint, location)), index.Contains(fingerprint, location));
                        break;
                }
            }

            Span<RecordLocation> found = stackalloc RecordLocation[8];
            foreach (var group in model.GroupBy(entry => entry.Item1))
                Assert.Equal(group.Select(entry => entry.Item2).Order(Comparer), found[..index.Find(group.Key, found)].ToArray().Order(Comparer));
            Assert.Equal(model.Count, index.Count);
        });
    }

    [Fact]
    public void Index_OfAMillionBlocks_StaysBelow32MiBWhileItGrows()
    {
        using var index = new StoreIndex();
        var random = new Random(1);
        var peak = 0.0;
        for (var count = 1; count <= 1_000_000; count++)
        {
            index.Insert((ulong)random.NextInt64(long.MinValue, long.MaxValue), new RecordLocation(1, 64, 4160), Clock.CurrentStamp);
            if (count > 700_000 && count % 10_000 == 0)
                peak = Math.Max(peak, index.MemoryBytes / (double)count);
        }

        // Growing copies one table of 4096 at a time, so the peak of the process is less than a thousandth more.
        Assert.InRange(peak * 1_000_000 / (1 << 20), 16, 25);
    }

    [Fact]
    public void Index_AfterMostIsRemoved_GivesMemoryBack()
    {
        using var index = new StoreIndex();
        var keys = Enumerable.Range(0, 200_000).Select(i => (ulong)i * 0x9E37_79B9_7F4A_7C15).ToArray();
        var location = new RecordLocation(1, 64, 64);
        foreach (var key in keys)
            index.Insert(key, location, Clock.CurrentStamp);
        var full = index.MemoryBytes;
        foreach (var key in keys)
            Assert.True(index.Remove(key, location));
        Assert.Equal(0, index.Count);
        Assert.True(index.MemoryBytes < full / 2);
    }

    private static Comparer<RecordLocation> Comparer { get; } = Comparer<RecordLocation>.Create((left, right) => left.Slot.CompareTo(right.Slot));
}
