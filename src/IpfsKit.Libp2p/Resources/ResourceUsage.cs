namespace IpfsKit.Libp2p.Resources;

/// <summary>What a part of the host has at a moment.</summary>
/// <param name="Memory">Bytes that are reserved: windows, buffers, messages.</param>
/// <param name="StreamsInbound">Streams that others have opened.</param>
/// <param name="StreamsOutbound">Streams that this host has opened.</param>
/// <param name="ConnectionsInbound">Connections that others have opened.</param>
/// <param name="ConnectionsOutbound">Connections that this host has opened.</param>
/// <param name="Descriptors">Sockets.</param>
public readonly record struct ResourceUsage(
    long Memory, int StreamsInbound, int StreamsOutbound, int ConnectionsInbound, int ConnectionsOutbound, int Descriptors)
{
    /// <summary>All streams.</summary>
    public int Streams => StreamsInbound + StreamsOutbound;

    /// <summary>All connections.</summary>
    public int Connections => ConnectionsInbound + ConnectionsOutbound;

    /// <summary>Whether it has nothing.</summary>
    public bool IsZero => this == default;
}
