using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Peers;

/// <summary>What the host knows of peers. Thread-safe; every answer is a copy. Bounded in every direction by <see cref="PeerStoreOptions"/>: what is beyond the bounds is forgotten, the longest unseen first.</summary>
public interface IPeerStore
{
    /// <summary>How many peers are known.</summary>
    int Count { get; }

    /// <summary>The peers that are known, in no order.</summary>
    IReadOnlyList<PeerId> Peers { get; }

    /// <summary>Whether anything is known of a peer.</summary>
    bool Contains(PeerId peer);

    /// <summary>Where a peer may be, without <c>/p2p/…</c> at the end. The addresses that the peer has signed, if there are any; otherwise all that were heard of.</summary>
    IReadOnlyList<Multiaddr> GetAddresses(PeerId peer);

    /// <summary>Remembers addresses. Those that name another peer at the end are ignored. An address that is known already is kept for the longer of the two times.</summary>
    /// <param name="peer">Whose they are.</param>
    /// <param name="addresses">With or without <c>/p2p/…</c> at the end.</param>
    /// <param name="lifetime">How long to keep them; <see cref="Timeout.InfiniteTimeSpan"/> for as long as the peer is known.</param>
    void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses, TimeSpan lifetime);

    /// <summary>The protocols that the peer said it speaks.</summary>
    IReadOnlyList<string> GetProtocols(PeerId peer);

    /// <summary>The first of the given protocols that the peer said it speaks; null if none of them is known to be.</summary>
    string? FindProtocol(PeerId peer, IReadOnlyList<string> protocols);

    /// <summary>The peer's key, if it was seen or is part of the peer id.</summary>
    PublicKey? GetKey(PeerId peer);

    /// <summary>The average time of a round trip, the recent ones counting most; null if none was measured.</summary>
    TimeSpan? GetLatency(PeerId peer);

    /// <summary>What was stored beside the peer.</summary>
    ReadOnlyMemory<byte>? GetMetadata(PeerId peer, string name);

    /// <summary>Stores something beside the peer.</summary>
    /// <returns>False if it is too large or there is too much already.</returns>
    bool TrySetMetadata(PeerId peer, string name, ReadOnlyMemory<byte> value);

    /// <summary>The last signed record of the peer, as it was received; null if there is none.</summary>
    ReadOnlyMemory<byte>? GetSignedRecord(PeerId peer);

    /// <summary>The software that the peer said it runs.</summary>
    string? GetAgentVersion(PeerId peer);

    /// <summary>Forgets all about a peer.</summary>
    void Remove(PeerId peer);
}
