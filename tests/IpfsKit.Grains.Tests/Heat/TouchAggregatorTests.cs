using IpfsKit.Grains.Heat;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Heat;

public sealed class TouchAggregatorTests
{
    [Fact]
    public void Drain_AddsUpAndStartsOver()
    {
        var aggregator = new TouchAggregator();
        var (a, b) = (TestBlocks.Raw(1).Cid, TestBlocks.Raw(2).Cid);
        aggregator.Record(a, 10);
        aggregator.Record(b, 1);
        aggregator.Record(a, 30);

        Assert.Equal(new Dictionary<Cid, TouchCount> { [a] = new(2, 40), [b] = new(1, 1) }, Drain(aggregator));
        Assert.Empty(Drain(aggregator));
        aggregator.Record(a, 5);
        Assert.Equal(new TouchCount(1, 5), Assert.Single(Drain(aggregator)).Value);
    }

    [Fact]
    public void Record_BothVersionsOfACid_AreOneRoot()
    {
        var aggregator = new TouchAggregator();
        var v1 = TestBlocks.Raw(1).Cid.WithCodec(Multicodec.DagPb);
        Assert.True(v1.TryToV0(out var v0));
        aggregator.Record(v0, 1);
        aggregator.Record(v1, 1);

        Assert.Equal(v1, Assert.Single(Drain(aggregator)).Key);
    }

    [Fact]
    public void Record_MoreRootsThanFit_LosesCountsAndSaysSo()
    {
        var aggregator = new TouchAggregator(capacity: 8);
        foreach (var block in TestBlocks.RawMany(0, 10_000))
            aggregator.Record(block.Cid, 1);

        var kept = Drain(aggregator).Values.Sum(count => count.Count);
        Assert.Equal(10_000, kept + aggregator.Dropped);
        Assert.InRange(kept, 1, 8 * 2 * 16);
    }

    [Fact]
    public void Record_FloodOfSingleReads_LeavesHotRootsTheirPlace()
    {
        var aggregator = new TouchAggregator(capacity: 8);
        var hot = TestBlocks.Raw(-1).Cid;
        var flood = TestBlocks.RawMany(0, 20_000);
        for (var i = 0; i < flood.Length; i++)
        {
            aggregator.Record(flood[i].Cid, 1);
            if (i % 10 == 0)
                aggregator.Record(hot, 1);
        }

        // It may lose its first touches until it gets a place, on each processor that the test happens to run on.
        Assert.InRange(Drain(aggregator)[hot].Count, 1500, 2000);
    }

    [Fact]
    public void Record_AllocatesNothing()
    {
        var aggregator = new TouchAggregator();
        var roots = TestBlocks.RawMany(0, 100).Select(block => block.Cid).ToArray();
        Touch();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Touch();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Touch()
        {
            for (var i = 0; i < 10_000; i++)
                aggregator.Record(roots[i % roots.Length], 1);
        }
    }

    [Fact]
    public async Task Record_WhileDraining_LosesNothing()
    {
        var aggregator = new TouchAggregator();
        var roots = TestBlocks.RawMany(0, 50).Select(block => block.Cid).ToArray();
        var totals = new Dictionary<Cid, TouchCount>();
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 100_000; i++)
                aggregator.Record(roots[i % roots.Length], 1);
        })).ToArray();
        while (!writers.All(writer => writer.IsCompleted))
            aggregator.Drain(totals);
        await Task.WhenAll(writers);
        aggregator.Drain(totals);

        Assert.Equal(400_000, totals.Values.Sum(count => count.Count) + aggregator.Dropped);
        Assert.Equal(0, aggregator.Dropped);
    }

    private static Dictionary<Cid, TouchCount> Drain(TouchAggregator aggregator)
    {
        var totals = new Dictionary<Cid, TouchCount>();
        aggregator.Drain(totals);
        return totals;
    }
}
