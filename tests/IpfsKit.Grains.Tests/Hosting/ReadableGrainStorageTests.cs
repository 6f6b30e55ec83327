using IpfsKit.Grains.Tests.Support;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Grains.Tests.Hosting;

/// <summary>What a storage throws when it reads reaches clients, whatever it is.</summary>
public sealed class ReadableGrainStorageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_FailsWithATypeThatDoesNotCrossTheWire_ReachesTheClientWithItsReason()
    {
        var storage = new TestGrainStorage();
        await using var cluster = await NodeCluster.StartAsync(storage: storage);
        var root = TestBlocks.Raw(1).Cid;
        storage.BeforeRead = _ => throw new DriverException("the driver's own reason", new DriverException("another", null));

        var thrown = await Assert.ThrowsAsync<OrleansException>(async () => await cluster.Grains.GetContentGrain(root).StatAsync(Token));

        Assert.Contains("DriverException: the driver's own reason", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(root.ToV1().ToString(), thrown.Message, StringComparison.Ordinal);
        storage.BeforeRead = null;
        Assert.Null(await cluster.Grains.GetContentGrain(root).StatAsync(Token));
    }

    /// <summary>Of a kind that Orleans has no serializer for.</summary>
    private sealed class DriverException(string message, Exception? innerException) : Exception(message, innerException);
}
