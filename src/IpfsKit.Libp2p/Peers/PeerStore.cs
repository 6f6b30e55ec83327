using IpfsKit.Libp2p.Identities;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Peers;

/// <summary>The peer store: a <see cref="PeerTable"/> under one lock, with operations that touch one peer each.</summary>
internal sealed class PeerStore(PeerStoreOptions options, TimeProvider timeProvider) : IPeerStore
{
    /// <summary>The most addresses of a peer that are kept when its last connection ends.</summary>
    public const int MaxAddressesAfterDisconnect = 20;

    /// <summary>The longest protocol id that is stored.</summary>
    public const int MaxProtocolLength = 256;

    /// <summary>The longest name of software that is stored.</summary>
    public const int MaxAgentLength = 128;

    // Longer than any connection; its end shortens it.
    private static readonly TimeSpan ConnectedLifetime = TimeSpan.FromDays(3650);

    private readonly Lock _lock = new();
    private readonly PeerTable _table = new(options);

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
    public IReadOnlyList<Multiaddr> GetAddresses(PeerId peer) => Read(peer, entry =>
    {
        CheckRecord(entry);
        var live = entry.Addresses.Live(timeProvider.GetUtcNow());
        _table.Recount(entry);
        return live;
    }) ?? [];

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
        {
            if (_table.Find(peer) is not { } entry)
                return null;
            CheckRecord(entry);
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
            entry.Protocols = [.. protocols.Where(protocol => protocol.Length is > 0 and <= MaxProtocolLength).Distinct(StringComparer.Ordinal).Take(options.MaxProtocolsPerPeer)];
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
        var bare = PeerAddresses.Bare(peer, addresses).Take(options.MaxAddressesPerPeer).ToArray();
        var isAdded = false;
        Write(peer, entry =>
        {
            CheckRecord(entry);
            if (entry.SignedRecord is not null && sequence < entry.Sequence)
                return;
            entry.Addresses.ReplaceCertified(bare, Expiry(entry, lifetime));
            entry.Addresses.Trim(options.MaxAddressesPerPeer);
            _table.SetRecord(entry, envelope.ToArray(), sequence);
            isAdded = true;
        });
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
        if (isConnected)
            return;
        entry.Addresses.ShortenTo(timeProvider.GetUtcNow() + options.RecentlyConnectedLifetime);
        entry.Addresses.Trim(MaxAddressesAfterDisconnect);
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

    private TResult? Read<TResult>(PeerId peer, Func<PeerEntry, TResult?> read)
        where TResult : class?
    {
        lock (_lock)
            return _table.Find(peer) is { } entry ? read(entry) : null;
    }

    /// <summary>When an address ends if the peer's connections end now, as they do for whoever reads the file later. Under <see cref="Locked"/>.</summary>
    public DateTimeOffset ExpiryAfterDisconnect(PeerEntry entry, DateTimeOffset expires)
    {
        var shortened = timeProvider.GetUtcNow() + options.RecentlyConnectedLifetime;
        return entry.IsConnected && expires != DateTimeOffset.MaxValue && expires > shortened ? shortened : expires;
    }

    private void AddAddresses(PeerId peer, IEnumerable<Multiaddr> addresses, TimeSpan? lifetime, bool isProven)
    {
        var bare = PeerAddresses.Bare(peer, addresses).Take(options.MaxAddressesPerPeer).ToArray();
        if (bare.Length == 0)
            return;
        Write(peer, entry =>
        {
            CheckRecord(entry);
            // Signed ones that are over stand in nobody's way.
            entry.Addresses.RemoveExpired(timeProvider.GetUtcNow());
            var expires = Expiry(entry, lifetime);
            // What strangers say does not add to what the peer has signed; what this node has seen or was told to keep does.
            if (entry.Addresses.HasCertified && !isProven && expires != DateTimeOffset.MaxValue)
                return;
            foreach (var address in bare)
                entry.Addresses.Add(address, expires, isProven: isProven);
            entry.Addresses.RemoveExpired(timeProvider.GetUtcNow());
            entry.Addresses.Trim(options.MaxAddressesPerPeer);
        });
    }

    // Under the lock, since what is said on a connection may be heard after its end.
    private DateTimeOffset Expiry(PeerEntry entry, TimeSpan? given)
    {
        var now = timeProvider.GetUtcNow();
        var lifetime = given ?? (entry.IsConnected ? ConnectedLifetime : options.RecentlyConnectedLifetime);
        return lifetime == Timeout.InfiniteTimeSpan || lifetime >= DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + lifetime;
    }

    // A record of the file that is not the peer's takes the addresses with it that it stood for.
    private void CheckRecord(PeerEntry entry)
    {
        if (!entry.IsRecordUnchecked)
            return;
        entry.IsRecordUnchecked = false;
        if (StoredRecord.Check(entry))
            return;
        entry.Addresses.KeepCertified([]);
        _table.ForgetRecord(entry);
    }
}
