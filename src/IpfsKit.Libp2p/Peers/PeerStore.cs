using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Peers;

/// <summary>The peer store: one table under one lock, whose operations touch one peer each; peers stand in the order in which they were last seen, so that the bounds cost nothing to hold.</summary>
internal sealed class PeerStore(PeerStoreOptions options, TimeProvider timeProvider) : IPeerStore
{
    /// <summary>The most addresses of a peer that are kept when its last connection ends.</summary>
    public const int MaxAddressesAfterDisconnect = 20;

    /// <summary>The longest protocol id that is stored.</summary>
    public const int MaxProtocolLength = 256;

    /// <summary>The longest name of software that is stored.</summary>
    public const int MaxAgentLength = 128;

    /// <summary>The longest address that is stored, in bytes; no transport of today needs more.</summary>
    public const int MaxAddressBytes = 512;

    // How far the search for a peer that may be forgotten goes before the newcomer is the one.
    private const int EvictionSearch = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, PeerEntry> _entries = [];
    private readonly LinkedList<PeerEntry> _bySeen = [];
    private readonly LinkedList<PeerEntry> _byRecord = [];
    private long _addresses;

    /// <summary>Raised after something changed that is worth keeping.</summary>
    public event Action? Changed;

    /// <summary>Whether a peer must not be forgotten, besides those that are connected.</summary>
    public Func<PeerId, bool> IsProtected { get; set; } = static _ => false;

    /// <inheritdoc/>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>The addresses of peers that are not connected.</summary>
    public long UnconnectedAddresses
    {
        get
        {
            lock (_lock)
                return _addresses;
        }
    }

    /// <summary>How many signed records there are.</summary>
    public int RecordCount
    {
        get
        {
            lock (_lock)
                return _byRecord.Count;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PeerId> Peers
    {
        get
        {
            lock (_lock)
                return [.. _entries.Keys];
        }
    }

    /// <inheritdoc/>
    public bool Contains(PeerId peer)
    {
        lock (_lock)
            return _entries.ContainsKey(peer);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Multiaddr> GetAddresses(PeerId peer) => Read(peer, entry =>
    {
        var live = entry.Addresses.Live(timeProvider.GetUtcNow());
        Recount(entry);
        return live;
    }) ?? [];

    /// <inheritdoc/>
    public void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses, TimeSpan lifetime)
    {
        var expires = Expiry(lifetime);
        var bare = Bare(peer, addresses).Take(options.MaxAddressesPerPeer).ToArray();
        if (bare.Length == 0)
            return;
        Write(peer, entry =>
        {
            // What strangers say does not add to what the peer has signed; what this node was told to keep does.
            if (entry.Addresses.HasCertified && expires != DateTimeOffset.MaxValue)
                return;
            foreach (var address in bare)
                entry.Addresses.Add(address, expires);
            entry.Addresses.RemoveExpired(timeProvider.GetUtcNow());
            entry.Addresses.Trim(options.MaxAddressesPerPeer);
        });
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> GetProtocols(PeerId peer) => Read(peer, entry => entry.Protocols) ?? [];

    /// <inheritdoc/>
    public string? FindProtocol(PeerId peer, IReadOnlyList<string> protocols) =>
        Read(peer, entry => protocols.FirstOrDefault(protocol => entry.Protocols.Contains(protocol, StringComparer.Ordinal)));

    /// <inheritdoc/>
    public PublicKey? GetKey(PeerId peer)
    {
        if (Read(peer, entry => entry.Key) is { } known)
            return known;
        try
        {
            return PublicKey.TryExtract(peer, out var key) ? key : null;
        }
        catch (KeyFormatException)
        {
            // An id with bytes in it that are no key is a peer that nobody can be.
            return null;
        }
    }

    /// <inheritdoc/>
    public TimeSpan? GetLatency(PeerId peer)
    {
        lock (_lock)
            return _entries.GetValueOrDefault(peer)?.Latency;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? GetMetadata(PeerId peer, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_lock)
            return _entries.TryGetValue(peer, out var entry) && entry.Metadata.TryGetValue(name, out var value) ? value : (ReadOnlyMemory<byte>?)null;
    }

    /// <inheritdoc/>
    public bool TrySetMetadata(PeerId peer, string name, ReadOnlyMemory<byte> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (value.Length > options.MaxMetadataBytes || name.Length > MaxProtocolLength)
            return false;
        var isSet = false;
        Write(peer, entry =>
        {
            if (entry.Metadata.Count >= options.MaxMetadataPerPeer && !entry.Metadata.ContainsKey(name))
                return;
            entry.Metadata[name] = value.ToArray();
            isSet = true;
        });
        return isSet;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? GetSignedRecord(PeerId peer)
    {
        lock (_lock)
            return _entries.GetValueOrDefault(peer)?.SignedRecord;
    }

    /// <inheritdoc/>
    public string? GetAgentVersion(PeerId peer) => Read(peer, entry => entry.AgentVersion);

    /// <inheritdoc/>
    public void Remove(PeerId peer)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(peer, out var entry))
                return;
            Forget(entry);
        }

        Changed?.Invoke();
    }

    /// <summary>What a peer said of itself.</summary>
    public void SetIdentity(PeerId peer, PublicKey? key, string? agentVersion, IEnumerable<string>? protocols) => Write(peer, entry =>
    {
        entry.Key = key ?? entry.Key;
        if (agentVersion is not null)
            entry.AgentVersion = agentVersion.Length <= MaxAgentLength ? agentVersion : agentVersion[..MaxAgentLength];
        if (protocols is not null)
            entry.Protocols = [.. protocols.Where(protocol => protocol.Length is > 0 and <= MaxProtocolLength).Distinct(StringComparer.Ordinal).Take(options.MaxProtocolsPerPeer)];
    });

    /// <summary>Counts a round trip.</summary>
    public void AddLatency(PeerId peer, TimeSpan roundTrip) => Write(peer, entry => entry.AddLatency(roundTrip));

    /// <summary>Takes a record whose signature was checked, and whose signer is the peer.</summary>
    /// <returns>False if a newer one is known.</returns>
    public bool TryAddRecord(PeerId peer, ulong sequence, IEnumerable<Multiaddr> addresses, ReadOnlyMemory<byte> envelope, TimeSpan lifetime)
    {
        var bare = Bare(peer, addresses).Take(options.MaxAddressesPerPeer).ToArray();
        var isAdded = false;
        Write(peer, entry =>
        {
            if (entry.SignedRecord is not null && sequence < entry.Sequence)
                return;
            entry.Addresses.ReplaceCertified(bare, Expiry(lifetime));
            entry.Addresses.Trim(options.MaxAddressesPerPeer);
            (entry.SignedRecord, entry.Sequence) = (envelope.ToArray(), sequence);
            if (entry.RecordNode is not null)
                _byRecord.Remove(entry.RecordNode);
            entry.RecordNode = _byRecord.AddLast(entry);
            if (_byRecord.Count > options.MaxSignedRecords)
                ForgetRecord(_byRecord.First!.Value);
            isAdded = true;
        });
        return isAdded;
    }

    /// <summary>A peer has its first connection, or has lost its last.</summary>
    public void SetConnected(PeerId peer, bool isConnected) => Write(peer, entry =>
    {
        Uncount(entry);
        entry.IsConnected = isConnected;
        if (isConnected)
            return;
        entry.Addresses.ShortenTo(timeProvider.GetUtcNow() + options.RecentlyConnectedLifetime);
        entry.Addresses.Trim(MaxAddressesAfterDisconnect);
    });

    /// <summary>All peers, in the order in which they were last seen; entries are only read under <see cref="Locked"/>.</summary>
    public PeerEntry[] Snapshot()
    {
        lock (_lock)
            return [.. _bySeen];
    }

    /// <summary>Runs something under the store's lock.</summary>
    public void Locked(Action action)
    {
        lock (_lock)
            action();
    }

    /// <summary>Changes what is known of a peer, and restores the bounds.</summary>
    public void Write(PeerId peer, Action<PeerEntry> change)
    {
        lock (_lock)
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

            change(entry);
            Recount(entry);
            Evict(entry);
        }

        Changed?.Invoke();
    }

    private TResult? Read<TResult>(PeerId peer, Func<PeerEntry, TResult?> read)
        where TResult : class?
    {
        lock (_lock)
            return _entries.TryGetValue(peer, out var entry) ? read(entry) : null;
    }

    private DateTimeOffset Expiry(TimeSpan lifetime)
    {
        var now = timeProvider.GetUtcNow();
        return lifetime == Timeout.InfiniteTimeSpan || lifetime >= DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + lifetime;
    }

    private static IEnumerable<Multiaddr> Bare(PeerId peer, IEnumerable<Multiaddr> addresses) =>
        from address in addresses
        where !address.IsDefault && address.Bytes.Length <= MaxAddressBytes && (address.GetFinalPeerId() is not { } named || named == peer)
        let bare = address.WithoutFinalPeerId()
        where !bare.IsDefault
        select bare;

    private void Recount(PeerEntry entry)
    {
        Uncount(entry);
        if (entry.IsConnected)
            return;
        entry.CountedAddresses = entry.Addresses.Count;
        _addresses += entry.CountedAddresses;
    }

    private void Uncount(PeerEntry entry)
    {
        _addresses -= entry.CountedAddresses;
        entry.CountedAddresses = 0;
    }

    private void Evict(PeerEntry newest)
    {
        while (_entries.Count > options.MaxPeers || _addresses > options.MaxAddresses)
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

    private void Forget(PeerEntry entry)
    {
        Uncount(entry);
        ForgetRecord(entry);
        _entries.Remove(entry.Peer);
        if (entry.Node is { List: not null } node)
            _bySeen.Remove(node);
    }

    private void ForgetRecord(PeerEntry entry)
    {
        entry.SignedRecord = null;
        if (entry.RecordNode is { List: not null } node)
            _byRecord.Remove(node);
        entry.RecordNode = null;
    }
}
