namespace IpfsKit.Libp2p;

/// <summary>Who opened a connection or a stream.</summary>
public enum ConnectionDirection
{
    /// <summary>The other side.</summary>
    Inbound,

    /// <summary>This side.</summary>
    Outbound,
}
