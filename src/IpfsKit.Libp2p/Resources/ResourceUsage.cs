namespace IpfsKit.Libp2p.Resources;

/// <summary>What a scope has at a moment.</summary>
internal readonly record struct ResourceUsage(
    long Memory, int StreamsInbound, int StreamsOutbound, int ConnectionsInbound, int ConnectionsOutbound, int Descriptors)
{
    public int Streams => StreamsInbound + StreamsOutbound;

    public int Connections => ConnectionsInbound + ConnectionsOutbound;

    public bool IsZero => this == default;
}
