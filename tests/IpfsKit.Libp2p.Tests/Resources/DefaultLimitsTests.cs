using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p.Tests.Resources;

public sealed class DefaultLimitsTests
{
    private const long GiB = 1 << 30;

    [Fact]
    public void Limits_OfAMachineWith8GiB_AreThoseOfGoLibp2pForOneGiB()
    {
        var limits = DefaultLimits.For(new ResourceOptions(), new MachineResources(8 * GiB, 1024), highWater: 10);

        Assert.Equal(GiB, limits.System.Memory);
        Assert.Equal((128, 256, 512), (limits.System.ConnectionsInbound, limits.System.ConnectionsOutbound, limits.System.Descriptors));
        Assert.Equal((2048, 4096), (limits.System.StreamsInbound, limits.System.Streams));
        Assert.Equal((96, 512, 160L << 20), (limits.Transient.Connections, limits.Transient.Streams, limits.Transient.Memory));
        Assert.Equal((8, 768, 192L << 20), (limits.Peer.Connections, limits.Peer.Streams, limits.Peer.Memory));
        Assert.Equal(16L << 20, limits.Stream.Memory);
    }

    [Theory]
    [InlineData(1L << 28)]
    [InlineData(1L << 36)]
    public void Limits_OfInboundConnections_AreAtLeastTwiceTheHighWaterMark(long memory)
    {
        var limits = DefaultLimits.For(new ResourceOptions { ConnectionsInbound = 1 }, new MachineResources(memory, 1024), highWater: 400);

        Assert.True(limits.System.ConnectionsInbound >= 800);
        Assert.True(limits.System.Connections >= limits.System.ConnectionsInbound);
    }

    [Fact]
    public void Limits_OfASmallMachine_LeaveRoomForOneWindowOf16MiB()
    {
        var limits = DefaultLimits.For(new ResourceOptions(), new MachineResources(1 << 28, 1024), highWater: 100);

        Assert.True(MemoryShare.Of(limits.Connection.Memory, MemoryPriority.Low) >= 16 << 20);
    }

    [Theory]
    [InlineData(1L << 28)]
    [InlineData(1L << 36)]
    public void Limits_OfDials_LeaveRoomForAllOfThemBesideInboundOnes(long memory)
    {
        var limits = DefaultLimits.For(new ResourceOptions(), new MachineResources(memory, 1 << 20), highWater: 10, dials: 160);

        foreach (var scope in new[] { limits.System, limits.Transient })
        {
            Assert.True(scope.ConnectionsOutbound >= 160);
            Assert.True(scope.Connections - scope.ConnectionsInbound >= 160);
        }
    }

    [Fact]
    public void Machine_OfThisProcess_HasMemoryAndDescriptors()
    {
        Assert.InRange(MachineResources.Current.MemoryBytes, 1 << 20, long.MaxValue);
        Assert.InRange(MachineResources.Current.Descriptors, 64, long.MaxValue);
    }
}
