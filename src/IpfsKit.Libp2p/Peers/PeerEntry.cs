using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Peers;

/// <summary>What is known of one peer. Guarded by the store's lock.</summary>
internal sealed class PeerEntry(PeerId peer)
{
    /// <summary>The weight of a new measurement, as in go-libp2p.</summary>
    private const double LatencyWeight = 0.1;

    public PeerId Peer { get; } = peer;

    public AddressBook Addresses { get; } = new();

    public string[] Protocols { get; set; } = [];

    public Dictionary<string, ReadOnlyMemory<byte>> Metadata { get; } = new(StringComparer.Ordinal);

    public PublicKey? Key { get; set; }

    public TimeSpan? Latency { get; private set; }

    public string? AgentVersion { get; set; }

    public bool IsConnected { get; set; }

    /// <summary>The signed record and its place among all records, oldest first.</summary>
    public ReadOnlyMemory<byte>? SignedRecord { get; set; }

    public ulong Sequence { get; set; }

    /// <summary>Whether the record comes from a file, and nobody has looked at its signature.</summary>
    public bool IsRecordUnchecked { get; set; }

    public LinkedListNode<PeerEntry>? RecordNode { get; set; }

    public LinkedListNode<PeerEntry>? Node { get; set; }

    /// <summary>The addresses counted in the store's total.</summary>
    public int CountedAddresses { get; set; }

    public void AddLatency(TimeSpan measured) => Latency = Latency is { } before ? before + ((measured - before) * LatencyWeight) : measured;

    public void RestoreLatency(TimeSpan latency) => Latency = latency;
}
