namespace IpfsKit.Libp2p.Resources;

/// <summary>The limits of go-libp2p: a base, and more for each GiB that the network may take.</summary>
/// <remarks>
/// Source: <see href="https://github.com/libp2p/go-libp2p/blob/master/p2p/host/resource-manager/limit_defaults.go"/>. Where this differs: a connection may take as much memory as its peer, since here the windows of streams
/// count against their connection, there against the peer; and there is room for as many dials at once as are set, so that dials wait for a place instead of being refused.
/// </remarks>
internal static class DefaultLimits
{
    private const long MiB = 1 << 20;
    private const long GiB = 1 << 30;

    /// <summary>Derives all limits.</summary>
    /// <param name="options">What is set.</param>
    /// <param name="machine">What the process may have.</param>
    /// <param name="highWater">The high-water mark of the connection manager.</param>
    /// <param name="dials">The most dials at once.</param>
    public static ResourceLimits For(ResourceOptions options, MachineResources machine, int highWater, int dials = 0)
    {
        var memory = options.MemoryBytes ?? Math.Max(128 * MiB, machine.MemoryBytes / 8);
        var descriptors = options.FileDescriptors ?? (int)Math.Min(int.MaxValue, machine.Descriptors / 2);
        var scale = (double)memory / GiB;
        var peerMemory = Math.Min(memory, options.MemoryBytesPerPeer ?? (64 * MiB) + Scaled(128 * MiB));
        var peerStreams = options.StreamsPerPeer ?? Count(512, 256);
        var inbound = Math.Max(options.ConnectionsInbound ?? Count(64, 64), 2 * highWater);
        return new ResourceLimits
        {
            System = new()
            {
                Memory = memory,
                Descriptors = descriptors,
                ConnectionsInbound = inbound,
                ConnectionsOutbound = Math.Max(Count(128, 128), Math.Max(highWater, dials)),
                Connections = inbound + Math.Max(Count(64, 64), Math.Max(highWater, dials)),
                StreamsInbound = Math.Max(Count(1024, 1024), 8 * inbound),
                StreamsOutbound = Math.Max(Count(2048, 2048), 8 * inbound),
                Streams = Math.Max(Count(2048, 2048), 16 * inbound),
            },
            Transient = new()
            {
                Memory = Math.Min(memory, (32 * MiB) + Scaled(128 * MiB)),
                Descriptors = Math.Max(1, descriptors / 4),
                ConnectionsInbound = Count(32, 16),
                ConnectionsOutbound = Math.Max(Count(64, 32), dials),
                Connections = Count(32, 16) + Math.Max(Count(32, 16), dials),
                StreamsInbound = Count(128, 128),
                StreamsOutbound = Count(256, 256),
                Streams = Count(256, 256),
            },
            Service = new() { Memory = Math.Min(memory, (64 * MiB) + Scaled(128 * MiB)), StreamsInbound = Count(1024, 512), StreamsOutbound = Count(4096, 2048), Streams = Count(4096, 2048) },
            Protocol = new() { Memory = Math.Min(memory, (64 * MiB) + Scaled(164 * MiB)), StreamsInbound = Count(512, 256), StreamsOutbound = Count(2048, 512), Streams = Count(2048, 512) },
            Peer = new()
            {
                Memory = peerMemory,
                Descriptors = options.ConnectionsPerPeer,
                ConnectionsInbound = options.ConnectionsPerPeer,
                ConnectionsOutbound = options.ConnectionsPerPeer,
                Connections = options.ConnectionsPerPeer,
                StreamsInbound = Math.Max(1, peerStreams / 2),
                StreamsOutbound = peerStreams,
                Streams = peerStreams,
            },
            Connection = new() { Memory = peerMemory },
            Stream = new() { Memory = Math.Min(memory, 16 * MiB) },
        };

        int Count(int floor, int perGiB) => (int)Math.Min(1 << 24, floor + (perGiB * scale));

        long Scaled(long perGiB) => (long)(perGiB * scale);
    }
}
