using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p;

/// <summary>The other side of a connection was too slow to agree on security and muxer.</summary>
public sealed class UpgradeTimeoutException(Multiaddr remoteAddress, TimeSpan timeout, string stage)
    : Libp2pException($"The connection with {remoteAddress} was not ready after {timeout.TotalSeconds:0.###} s; it waited in the {stage}.")
{
    /// <summary>The other side.</summary>
    public Multiaddr RemoteAddress { get; } = remoteAddress;

    /// <summary>How long it had.</summary>
    public TimeSpan Timeout { get; } = timeout;

    /// <summary>What it waited for.</summary>
    public string Stage { get; } = stage;
}
