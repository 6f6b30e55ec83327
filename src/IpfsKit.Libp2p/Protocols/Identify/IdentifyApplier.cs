using Google.Protobuf;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Protocols.Identify.Wire;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Protocols.Identify;

/// <summary>Takes over what a peer says of itself, as far as it may be believed.</summary>
internal sealed class IdentifyApplier(PeerStore peerStore, AddressManager addresses)
{
    /// <summary>Takes it over.</summary>
    /// <exception cref="ProtocolViolationException">The peer says that it is somebody else.</exception>
    public void Apply(ISession session, IdentifyMessage message)
    {
        var peer = session.RemotePeer;
        if (message.HasPublicKey && !message.PublicKey.Span.SequenceEqual(session.RemoteKey.Encoded.Span))
            throw new ProtocolViolationException($"{peer} says that it has another key than the one it has proved.");
        if (!TryApplyRecord(session, message))
            peerStore.AddConnected(peer, Credible(session, message.ListenAddrs.Take(IdentifyProtocol.MaxAddresses).Select(Parse)));
        if (message.HasObservedAddr && Multiaddr.TryFromBytes(message.ObservedAddr.Span, out var observed))
            addresses.AddObservation(observed.WithoutFinalPeerId(), session.LocalAddress, session.RemoteAddress, session.Closed);
        // Last: who sees the protocols sees the rest as well.
        peerStore.SetIdentity(
            peer,
            session.RemoteKey,
            message.HasAgentVersion ? message.AgentVersion : null,
            message.Protocols.Count > 0 ? message.Protocols.Take(IdentifyProtocol.MaxProtocols) : null);
    }

    private bool TryApplyRecord(ISession session, IdentifyMessage message)
    {
        if (!message.HasSignedPeerRecord || !SignedRecords.TryRead(message.SignedPeerRecord.Span, session.RemotePeer, out var sequence, out var certified))
            return false;
        // An older one than is known is no reason to believe unsigned addresses.
        peerStore.TryAddRecord(session.RemotePeer, sequence, Credible(session, certified.Take(IdentifyProtocol.MaxAddresses)), message.SignedPeerRecord.Memory, lifetime: null);
        return true;
    }

    private static Multiaddr Parse(ByteString bytes) => Multiaddr.TryFromBytes(bytes.Span, out var address) ? address : default;

    /// <summary>Addresses that can be where the peer is, seen from where this host is connected to it: a peer in the internet is not in a private network of this host.</summary>
    private static IEnumerable<Multiaddr> Credible(ISession session, IEnumerable<Multiaddr> addresses)
    {
        var seen = AddressReaches.Of(session.RemoteAddress);
        return addresses.Where(address => !address.IsDefault && seen switch
        {
            AddressReach.Loopback => true,
            AddressReach.Private => AddressReaches.Of(address) != AddressReach.Loopback,
            _ => AddressReaches.Of(address) is AddressReach.Public or AddressReach.Relayed,
        });
    }
}
