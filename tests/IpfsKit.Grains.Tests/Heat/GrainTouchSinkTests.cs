using System.Collections.Concurrent;
using IpfsKit.Grains.Heat;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Heat;

public sealed class GrainTouchSinkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Touch_OfABlockThatIsNoRoot_WakesNoGrain()
    {
        var storage = new TestGrainStorage();
        await using var cluster = await NodeCluster.StartAsync(storage: storage);
        var child = TestBlocks.Raw(1);
        var root = TestTrees.Node("root", child);
        await cluster.AddAsync([root, child]);
        var read = new ConcurrentQueue<string>();
        storage.BeforeRead = grain =>
        {
            read.Enqueue(grain.Key.ToString()!);
            return Task.CompletedTask;
        };

        var touches = cluster.Service<TouchAggregator>();
        foreach (var cid in new[] { root.Cid, root.Cid, child.Cid, child.Cid, TestBlocks.Raw(2).Cid })
            touches.Record(cid, 10);
        var reporter = cluster.Service<TouchReporter>();
        await reporter.TickAsync(Token);
        await reporter.SweepAsync(Token);

        Assert.Equal(2, (await cluster.Grains.GetContentGrain(root.Cid).StatAsync(Token))!.Heat.Accesses);
        Assert.DoesNotContain(ContentKey.Of(child.Cid), read);
        Assert.DoesNotContain(ContentKey.Of(TestBlocks.Raw(2).Cid), read);
        Assert.Equal(0, reporter.WaitingRoots);
    }
}
