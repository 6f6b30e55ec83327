using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>This host, for others.</summary>
internal sealed class LocalPeer(PrivateKey key, AddressManager addresses, HandlerTable handlers) : ILocalPeer
{
    /// <inheritdoc/>
    public PeerId PeerId => key.PublicKey.PeerId;

    /// <inheritdoc/>
    public PublicKey PublicKey => key.PublicKey;

    /// <inheritdoc/>
    public IReadOnlyList<Multiaddr> ListenAddresses => addresses.Listening;

    /// <inheritdoc/>
    public IReadOnlyList<Multiaddr> Addresses => addresses.Addresses;

    /// <inheritdoc/>
    public IReadOnlyList<string> Protocols => handlers.Advertised;

    /// <inheritdoc/>
    public byte[] Sign(ReadOnlySpan<byte> data) => key.Sign(data);
}
