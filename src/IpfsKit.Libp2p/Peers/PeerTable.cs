using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Peers;

/// <summary>The entries of a peer store, in the order in which they were last seen, and its bounds. Guarded by the store's lock.</summary>
/// <remarks>The peers stand in a list, so that the bounds cost nothing to hold: what goes first is found at its beginning.</remarks>
internal sealed class PeerTable(PeerStoreOptions options)
{
    // How far the search for a peer that may be forgotten goes before the newcomer is the one.
    private const int EvictionSearch = 64;

    private readonly Dictionary<PeerId, PeerEntry> _entries = [];
    private readonly LinkedList<PeerEntry> _bySeen = [];
    private readonly LinkedList<PeerEntry> _byRecord = [];

    /// <summary>Whether a peer must not be forgotten, besides those that are connected.</summary>
    public Func<PeerId, bool> IsProtected { get; set; } = static _ => false;

    /// <summary>How many peers there are.</summary>
    public int Count => _entries.Count;

    /// <summary>How many signed records there are.</summary>
    public int RecordCount => _byRecord.Count;

    /// <summary>The addresses of peers that are not connected.</summary>
    public long UnconnectedAddresses { get; private set; }

    /// <summary>The peers.</summary>
    public IReadOnlyCollection<PeerId> Peers => _entries.Keys;

    /// <summary>The entries, longest unseen first.</summary>
    public IReadOnlyCollection<PeerEntry> BySeen => _bySeen;

    /// <summary>The entry of a peer; null if nothing is known of it.</summary>
    public PeerEntry? Find(PeerId peer) => _entries.GetValueOrDefault(peer);

    /// <summary>The entry of a peer that was seen just now.</summary>
    public PeerEntry See(PeerId peer)
    {
        if (!_entries.TryGetValue(peer, out var entry))
        {
            entry = new PeerEntry(peer);
            _entries.Add(peer, entry);
            entry.Node = _bySeen.AddLast(entry);
        }
        else if (entry.Node is { Next: not null } node)
        {
            _bySeen.Remove(node);
            _bySeen.AddLast(node);
        }

        return entry;
    }

    /// <summary>Counts the addresses of an entry anew; those of connected peers do not count.</summary>
    public void Recount(PeerEntry entry)
    {
        Uncount(entry);
        if (entry.IsConnected)
            return;
        entry.CountedAddresses = entry.Addresses.Count;
        UnconnectedAddresses += entry.CountedAddresses;
    }

    /// <summary>Restores the bounds after an entry has changed.</summary>
    public void Evict(PeerEntry newest)
    {
        while (_entries.Count > options.MaxPeers || UnconnectedAddresses > options.MaxAddresses)
        {
            var candidate = _bySeen.First;
            for (var looked = 0; candidate is not null && looked < EvictionSearch && !MayForget(candidate.Value); looked++)
            {
                // It is wanted, so it counts as seen: the next search does not begin with it.
                _bySeen.Remove(candidate);
                _bySeen.AddLast(candidate);
                candidate = _bySeen.First;
            }

            if (candidate is null || !MayForget(candidate.Value))
                candidate = newest.IsConnected ? null : newest.Node;
            if (candidate is null)
                return;
            Forget(candidate.Value);
            if (candidate.Value == newest)
                return;
        }

        bool MayForget(PeerEntry entry) => entry != newest && !entry.IsConnected && !IsProtected(entry.Peer);
    }

    /// <summary>An entry has a new signed record; the oldest one of all goes if there are too many.</summary>
    public void SetRecord(PeerEntry entry, ReadOnlyMemory<byte> record, ulong sequence)
    {
        (entry.SignedRecord, entry.Sequence) = (record, sequence);
        if (entry.RecordNode is not null)
            _byRecord.Remove(entry.RecordNode);
        entry.RecordNode = _byRecord.AddLast(entry);
        if (_byRecord.Count > options.MaxSignedRecords)
            ForgetRecord(_byRecord.First!.Value);
    }

    /// <summary>Forgets the signed record of an entry.</summary>
    public void ForgetRecord(PeerEntry entry)
    {
        entry.SignedRecord = null;
        entry.IsRecordUnchecked = false;
        if (entry.RecordNode is { List: not null } node)
            _byRecord.Remove(node);
        entry.RecordNode = null;
    }

    /// <summary>Forgets all about a peer.</summary>
    public void Forget(PeerEntry entry)
    {
        Uncount(entry);
        ForgetRecord(entry);
        _entries.Remove(entry.Peer);
        if (entry.Node is { List: not null } node)
            _bySeen.Remove(node);
    }

    private void Uncount(PeerEntry entry)
    {
        UnconnectedAddresses -= entry.CountedAddresses;
        entry.CountedAddresses = 0;
    }
}
