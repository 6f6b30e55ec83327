using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Tests.Hosting;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Resources;

public sealed class ResourceManagerTests
{
    private static readonly PeerId Alice = NewPeer();
    private static readonly PeerId Bob = NewPeer();

    [Fact]
    public void Connection_BeforeItsPeerIsKnown_CountsAsTransient()
    {
        var manager = TestLimits.Manager();
        using var connection = manager.OpenConnection(ConnectionDirection.Inbound, TestLimits.Public);
        Assert.True(connection.TryReserve(1000, MemoryPriority.Always));

        Assert.Equal(new ResourceUsage(1000, 0, 0, 1, 0, 1), manager.Transient.Usage);
        Assert.Equal(new ResourceUsage(1000, 0, 0, 1, 0, 1), manager.System.Usage);

        connection.Attach(Alice);

        Assert.True(manager.Transient.Usage.IsZero);
        Assert.Equal(new ResourceUsage(1000, 0, 0, 1, 0, 1), manager.Peers.Usage(Alice));
        Assert.Equal(new ResourceUsage(1000, 0, 0, 1, 0, 1), manager.System.Usage);
    }

    [Fact]
    public void Connection_DisposedWithMemory_GivesItBackOnce()
    {
        var manager = TestLimits.Manager();
        var connection = manager.OpenConnection(ConnectionDirection.Outbound, TestLimits.Public);
        connection.Attach(Alice);
        Assert.True(connection.TryReserve(1000, MemoryPriority.Always));

        connection.Dispose();
        connection.Dispose();
        connection.Release(1000);

        Assert.True(manager.System.Usage.IsZero);
        Assert.Equal(0, manager.Peers.Count);
        Assert.False(connection.TryReserve(1, MemoryPriority.Always));
    }

    [Fact]
    public void Connection_PeerHasAsManyAsItMay_StaysTransient()
    {
        using var metrics = new RecordedMetrics();
        var manager = TestLimits.Manager(TestLimits.None with { Peer = new() { Connections = 1 } }, instruments: metrics.Instruments);
        using var first = manager.OpenConnection(ConnectionDirection.Inbound, TestLimits.Public);
        first.Attach(Alice);
        using var second = manager.OpenConnection(ConnectionDirection.Inbound, TestLimits.Public);

        var refused = Assert.Throws<ResourceLimitExceededException>(() => second.Attach(Alice));

        Assert.Equal(($"peer:{Alice}", "connections", 1L), (refused.Scope, refused.Resource, refused.Limit));
        Assert.Equal(1, manager.Transient.Usage.Connections);
        Assert.Equal(["resource=connections,scope=peer"], metrics.TagsOf("libp2p.resource.refused"));
        second.Attach(Bob);
    }

    [Theory]
    [InlineData(ConnectionDirection.Inbound)]
    [InlineData(ConnectionDirection.Outbound)]
    public void Connections_OneDirectionIsFull_TheOtherIsOpen(ConnectionDirection direction)
    {
        var other = 1 - direction;
        var limits = direction == ConnectionDirection.Inbound ? new ScopeLimits { ConnectionsInbound = 1 } : new ScopeLimits { ConnectionsOutbound = 1 };
        var manager = TestLimits.Manager(TestLimits.None with { System = limits });
        using var first = manager.OpenConnection(direction, TestLimits.Public);

        var refused = Assert.Throws<ResourceLimitExceededException>(() => manager.OpenConnection(direction, TestLimits.Public));

        Assert.Equal(("system", 1L), (refused.Scope, refused.Limit));
        Assert.Equal(1, manager.Transient.Usage.Connections);
        manager.OpenConnection(other, TestLimits.Public).Dispose();
    }

    [Fact]
    public void Connections_WithoutDescriptors_AreRefused()
    {
        var manager = TestLimits.Manager(TestLimits.None with { System = new() { Descriptors = 1 } });
        using var first = manager.OpenConnection(ConnectionDirection.Inbound, TestLimits.Public);

        Assert.Equal("descriptors", Assert.Throws<ResourceLimitExceededException>(() => manager.OpenConnection(ConnectionDirection.Inbound, TestLimits.Public)).Resource);

        manager.OpenConnection(ConnectionDirection.Inbound, null, usesDescriptor: false).Dispose();
    }

    [Theory]
    [InlineData(MemoryPriority.Low, 400)]
    [InlineData(MemoryPriority.Medium, 600)]
    [InlineData(MemoryPriority.High, 800)]
    [InlineData(MemoryPriority.Always, 1000)]
    internal void Memory_Priority_LeavesRoomForMoreImportantThings(MemoryPriority priority, long most)
    {
        foreach (var limits in new[]
        {
            TestLimits.None with { Connection = new() { Memory = 1000 } },
            TestLimits.None with { Peer = new() { Memory = 1000 } },
            TestLimits.None with { System = new() { Memory = 1000 } },
        })
        {
            using var metrics = new RecordedMetrics();
            var manager = TestLimits.Manager(limits, instruments: metrics.Instruments);
            using var connection = manager.OpenConnection(ConnectionDirection.Inbound, TestLimits.Public);
            connection.Attach(Alice);

            Assert.True(connection.TryReserve(most, priority));
            Assert.False(connection.TryReserve(1, priority));

            connection.Release(most);
            Assert.Equal(0, manager.System.Usage.Memory);
            // What only does not become faster was not refused.
            var scope = limits.Connection.Memory == 1000 ? "connection" : limits.Peer.Memory == 1000 ? "peer" : "system";
            var isRefusal = priority is MemoryPriority.High or MemoryPriority.Always;
            Assert.Equal(isRefusal ? [$"resource=memory,scope={scope}"] : [], metrics.TagsOf("libp2p.resource.refused"));
            Assert.Equal(isRefusal ? [] : [$"scope={scope}"], metrics.TagsOf("libp2p.resource.withheld"));
        }
    }

    [Fact]
    public void Memory_SumThatOverflows_IsRefused()
    {
        var manager = TestLimits.Manager();
        using var connection = manager.OpenConnection(ConnectionDirection.Inbound, TestLimits.Public);
        Assert.True(connection.TryReserve(long.MaxValue, MemoryPriority.Always));
        Assert.False(connection.TryReserve(long.MaxValue, MemoryPriority.Always));
    }

    [Fact]
    public void Stream_ItsProtocolIsKnown_CountsThereAndInItsService()
    {
        var manager = TestLimits.Manager();
        using var stream = manager.OpenStream(Alice, ConnectionDirection.Inbound);
        Assert.True(stream.TryReserve(10, MemoryPriority.High));
        Assert.Equal(1, manager.Transient.Usage.Streams);

        stream.Attach("/a/1", "service");

        Assert.True(manager.Transient.Usage is { Streams: 0 });
        Assert.Equal(new ResourceUsage(10, 1, 0, 0, 0, 0), manager.Protocols.Usage("/a/1"));
        Assert.Equal(new ResourceUsage(10, 1, 0, 0, 0, 0), manager.Services.GetOrAdd("service").Usage);
        Assert.Equal(new ResourceUsage(10, 1, 0, 0, 0, 0), manager.Peers.Usage(Alice));

        stream.Dispose();
        AssertEmpty(manager);
        Assert.True(manager.Services.GetOrAdd("service").Usage.IsZero);
    }

    [Fact]
    public void Stream_TooManyOfAProtocol_IsRefusedAndGivesAllBack()
    {
        var manager = TestLimits.Manager(TestLimits.None with { Protocol = new() { StreamsInbound = 1 } });
        using var first = manager.OpenStream(Alice, ConnectionDirection.Inbound);
        first.Attach("/a/1");
        var second = manager.OpenStream(Bob, ConnectionDirection.Inbound);

        Assert.Equal("protocol:/a/1", Assert.Throws<ResourceLimitExceededException>(() => second.Attach("/a/1")).Scope);

        second.Attach("/b/1");
        second.Dispose();
        first.Dispose();
        AssertEmpty(manager);
    }

    [Fact]
    public void Stream_TooManyOfAService_IsRefusedAndGivesAllBack()
    {
        var manager = TestLimits.Manager(TestLimits.None with { Service = new() { StreamsOutbound = 1 } });
        using var first = manager.OpenStream(Alice, ConnectionDirection.Outbound);
        first.Attach("/a/1", "service");
        var second = manager.OpenStream(Bob, ConnectionDirection.Outbound);

        Assert.Equal("service:service", Assert.Throws<ResourceLimitExceededException>(() => second.Attach("/b/1", "service")).Scope);

        second.Attach("/b/1", "another");
        second.Dispose();
        first.Dispose();
        AssertEmpty(manager);
    }

    [Fact]
    public void Listeners_SocketsAndNone_CountAgainstTheSystem()
    {
        var manager = TestLimits.Manager(TestLimits.None with { System = new() { Descriptors = 1 } });
        using var memory = manager.OpenListener(usesDescriptor: false);
        var socket = manager.OpenListener(usesDescriptor: true);
        Assert.Equal("descriptors", Assert.Throws<ResourceLimitExceededException>(() => manager.OpenListener(usesDescriptor: true)).Resource);
        Assert.Equal("descriptors", Assert.Throws<ResourceLimitExceededException>(() => manager.OpenConnection(ConnectionDirection.Inbound, TestLimits.Public)).Resource);

        socket.Dispose();
        socket.Dispose();

        AssertEmpty(manager);
    }

    [Fact]
    public void Stream_TooManyOfAPeer_IsRefusedAndGivesAllBack()
    {
        var manager = TestLimits.Manager(TestLimits.None with { Peer = new() { StreamsInbound = 1 } });
        using var first = manager.OpenStream(Alice, ConnectionDirection.Inbound);

        Assert.Throws<ResourceLimitExceededException>(() => manager.OpenStream(Alice, ConnectionDirection.Inbound));
        manager.OpenStream(Alice, ConnectionDirection.Outbound).Dispose();
        manager.OpenStream(Bob, ConnectionDirection.Inbound).Dispose();

        first.Dispose();
        AssertEmpty(manager);
    }

    [Fact]
    public void Reservations_OfMemory_AllocateNothing()
    {
        var manager = TestLimits.Manager();
        using var connection = manager.OpenConnection(ConnectionDirection.Inbound, TestLimits.Public);
        connection.Attach(Alice);
        Reserve(connection);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            Reserve(connection);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Reserve(ConnectionScope connection)
        {
            connection.TryReserve(4096, MemoryPriority.Low);
            connection.Release(4096);
        }
    }

    internal static void AssertEmpty(ResourceManager manager)
    {
        Assert.True(manager.System.Usage.IsZero, manager.System.ToString());
        Assert.True(manager.Transient.Usage.IsZero, manager.Transient.ToString());
        Assert.Equal(0, manager.Peers.Count);
        Assert.Equal(0, manager.Protocols.Count);
    }

    private static PeerId NewPeer()
    {
        using var key = PrivateKey.Generate();
        return key.PublicKey.PeerId;
    }
}
