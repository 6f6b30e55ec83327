using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.PrivateNetworks;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>The network that the host is in.</summary>
/// <param name="Key">The key of a private one; null for the public one.</param>
/// <param name="IsOwner">Whether the key is wiped with this.</param>
internal sealed record HostNetwork(PrivateNetworkKey? Key, bool IsOwner) : IDisposable
{
    /// <summary>What makes connections ones of it.</summary>
    public IConnectionProtector? Protector => Key;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsOwner)
            Key?.Dispose();
    }
}
