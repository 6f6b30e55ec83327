using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Peers;

/// <summary>The peer store: a <see cref="PeerTable"/> under one lock, with operations that touch one peer each.</summary>
internal sealed class PeerStore : IPeerStore
{
    /// <summary>The most addresses of a peer that are kept when its last connection ends.</summary>
    public const int MaxAddressesAfterDisconnect = 20;

    /// <summary>The longest protocol id that is stored.</summary>
    public const int MaxProtocolLength = 256;

    /// <summary>The longest name of software that is stored.</summary>
    public const int MaxAgentLength = 128;

    private readonly Lock _lock = new();
    private readonly PeerStoreOptions _options;
    private readonly PeerTable _table;
    private readonly PeerAddressRules _addresses;

    public PeerStore(PeerStoreOptions options, TimeProvider timeProvider)
    {
        _options = options;
        _table = new PeerTable(options);
        _addresses = new PeerAddressRules(_table, options, timeProvider);
    }

    /// <summary>Raised after something changed that is worth keeping.</summary>
    public event Action? Changed;

    /// <summary>Whether a peer must not be forgotten, besides those that are connected.</summary>
    public Func<PeerId, bool> IsProtected
    {
        get => _table.IsProtected;
        set => _table.IsProtected = value;
    }

    /// <inheritdoc/>
    public int Count
    {
        get
        {
            lock (_lock)
                return _table.Count;
        }
    }

    /// <summary>The addresses of peers that are not connected.</summary>
    public long UnconnectedAddresses
    {
        get
        {
            lock (_lock)
                return _table.UnconnectedAddresses;
        }
    }

    /// <summary>How many signed records there are.</summary>
    public int RecordCount
    {
        get
        {
            lock (_lock)
                return _table.RecordCount;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PeerId> Peers
    {
        get
        {
            lock (_lock)
                return [.. _table.Peers];
        }
    }

    /// <inheritdoc/>
    public bool Contains(PeerId peer)
    {
        lock (_lock)
            return _table.Find(peer) is not null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Multiaddr> GetAddresses(PeerId peer) => Read(peer, _addresses.Live) ?? [];

    /// <inheritdoc/>
    public void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses, TimeSpan lifetime) => AddAddresses(peer, addresses, lifetime, isProven: false);

    /// <summary>Adds addresses that a connected peer has named: they last as long as it is connected, and then as long as those of a peer that was.</summary>
    /// <param name="peer">It may have left meanwhile.</param>
    /// <param name="addresses">Anything.</param>
    /// <param name="isProven">Whether the peer was dialled there and proved who it is: then it need not have signed them.</param>
    public void AddConnected(PeerId peer, IEnumerable<Multiaddr> addresses, bool isProven = false) => AddAddresses(peer, addresses, null, isProven);

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
            return _table.Find(peer)?.Latency;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? GetMetadata(PeerId peer, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_lock)
            return _table.Find(peer) is { } entry && entry.Metadata.TryGetValue(name, out var value) ? value : (ReadOnlyMemory<byte>?)null;
    }

    /// <inheritdoc/>
    public bool TrySetMetadata(PeerId peer, string name, ReadOnlyMemory<byte> value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (value.Length > _options.MaxMetadataBytes || name.Length > MaxProtocolLength)
            return false;
        var isSet = false;
        Write(peer, entry =>
        {
            if (entry.Metadata.Count >= _options.MaxMetadataPerPeer && !entry.Metadata.ContainsKey(name))
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
        {
            if (_table.Find(peer) is not { } entry)
                return null;
            _addresses.CheckRecord(entry);
            return entry.SignedRecord;
        }
    }

    /// <inheritdoc/>
    public string? GetAgentVersion(PeerId peer) => Read(peer, entry => entry.AgentVersion);

    /// <inheritdoc/>
    public void Remove(PeerId peer)
    {
        lock (_lock)
        {
            if (_table.Find(peer) is not { } entry)
                return;
            _table.Forget(entry);
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
            entry.Protocols = [.. protocols.Where(protocol => protocol.Length is > 0 and <= MaxProtocolLength).Distinct(StringComparer.Ordinal).Take(_options.MaxProtocolsPerPeer)];
    });

    /// <summary>Counts a round trip.</summary>
    public void AddLatency(PeerId peer, TimeSpan roundTrip) => Write(peer, entry => entry.AddLatency(roundTrip));

    /// <summary>Takes a record whose signature was checked, and whose signer is the peer.</summary>
    /// <param name="peer">Who signed it.</param>
    /// <param name="sequence">Its number; greater ones are newer.</param>
    /// <param name="addresses">Those of the record that are believed.</param>
    /// <param name="envelope">The record as it came.</param>
    /// <param name="lifetime">How long the addresses last; null for those of a connected peer, as in <see cref="AddConnected"/>.</param>
    /// <returns>False if a newer one is known.</returns>
    public bool TryAddRecord(PeerId peer, ulong sequence, IEnumerable<Multiaddr> addresses, ReadOnlyMemory<byte> envelope, TimeSpan? lifetime)
    {
        var bare = Bare(peer, addresses);
        var isAdded = false;
        Write(peer, entry => isAdded = _addresses.TryAddRecord(entry, sequence, bare, envelope, lifetime));
        return isAdded;
    }

    /// <summary>Takes a record of the file; it is checked when it is first of use.</summary>
    public void RestoreRecord(PeerId peer, ulong sequence, IEnumerable<Multiaddr> addresses, ReadOnlyMemory<byte> envelope, TimeSpan lifetime)
    {
        if (TryAddRecord(peer, sequence, addresses, envelope, lifetime))
            Write(peer, static entry => entry.IsRecordUnchecked = entry.SignedRecord is not null);
    }

    /// <summary>A peer has its first connection, or has lost its last.</summary>
    public void SetConnected(PeerId peer, bool isConnected) => Write(peer, entry =>
    {
        entry.IsConnected = isConnected;
        if (!isConnected)
            _addresses.Disconnect(entry);
    });

    /// <summary>All peers, in the order in which they were last seen; entries are only read under <see cref="Locked"/>.</summary>
    public PeerEntry[] Snapshot()
    {
        lock (_lock)
            return [.. _table.BySeen];
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
            var entry = _table.See(peer);
            change(entry);
            _table.Recount(entry);
            _table.Evict(entry);
        }

        Changed?.Invoke();
    }

    /// <inheritdoc cref="PeerAddressRules.ExpiryAfterDisconnect"/>
    public DateTimeOffset ExpiryAfterDisconnect(PeerEntry entry, DateTimeOffset expires) => _addresses.ExpiryAfterDisconnect(entry, expires);

    private TResult? Read<TResult>(PeerId peer, Func<PeerEntry, TResult?> read)
        where TResult : class?
    {
        lock (_lock)
            return _table.Find(peer) is { } entry ? read(entry) : null;
    }

    private void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses, TimeSpan? lifetime, bool isProven)
    {
        var bare = Bare(peer, addresses);
        if (bare.Length > 0)
            Write(peer, entry => _addresses.Add(entry, bare, lifetime, isProven));
    }

    private Multiaddr[] Bare(PeerId peer, IEnumerable<Multiaddr> addresses) => [.. PeerAddresses.Bare(peer, addresses).Take(_options.MaxAddressesPerPeer)];
}
