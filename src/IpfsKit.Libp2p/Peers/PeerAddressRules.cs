using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Peers;

/// <summary>Which addresses of a peer are kept, how long, and which of its signed records. Guarded by the store's lock.</summary>
internal sealed class PeerAddressRules(PeerTable table, PeerStoreOptions options, TimeProvider timeProvider)
{
    // Longer than any connection; its end shortens it.
    private static readonly TimeSpan ConnectedLifetime = TimeSpan.FromDays(3650);

    /// <summary>The addresses of a peer that may be dialled now.</summary>
    public IReadOnlyList<Multiaddr> Live(PeerEntry entry)
    {
        CheckRecord(entry);
        var live = entry.Addresses.Live(timeProvider.GetUtcNow());
        table.Recount(entry);
        return live;
    }

    /// <summary>Adds addresses that nobody has signed.</summary>
    /// <param name="entry">Whose they are.</param>
    /// <param name="addresses">Without the peer at their ends.</param>
    /// <param name="lifetime">How long they last; null for as long as the peer is connected.</param>
    /// <param name="isProven">Whether the peer was dialled there and proved who it is.</param>
    public void Add(PeerEntry entry, IEnumerable<Multiaddr> addresses, TimeSpan? lifetime, bool isProven)
    {
        CheckRecord(entry);
        // Signed ones that are over stand in nobody's way.
        entry.Addresses.RemoveExpired(timeProvider.GetUtcNow());
        var expires = Expiry(entry, lifetime);
        // What strangers say does not add to what the peer has signed; what this node has seen or was told to keep does.
        if (entry.Addresses.HasCertified && !isProven && expires != DateTimeOffset.MaxValue)
            return;
        foreach (var address in addresses)
            entry.Addresses.Add(address, expires, isProven: isProven);
        entry.Addresses.RemoveExpired(timeProvider.GetUtcNow());
        entry.Addresses.Trim(options.MaxAddressesPerPeer);
    }

    /// <summary>Replaces the signed addresses by those of a record.</summary>
    /// <returns>False if a newer record is known.</returns>
    public bool TryAddRecord(PeerEntry entry, ulong sequence, IEnumerable<Multiaddr> addresses, ReadOnlyMemory<byte> envelope, TimeSpan? lifetime)
    {
        CheckRecord(entry);
        if (entry.SignedRecord is not null && sequence < entry.Sequence)
            return false;
        entry.Addresses.ReplaceCertified(addresses, Expiry(entry, lifetime));
        entry.Addresses.Trim(options.MaxAddressesPerPeer);
        table.SetRecord(entry, envelope.ToArray(), sequence);
        return true;
    }

    /// <summary>The peer's last connection has ended.</summary>
    public void Disconnect(PeerEntry entry)
    {
        entry.Addresses.ShortenTo(timeProvider.GetUtcNow() + options.RecentlyConnectedLifetime);
        entry.Addresses.Trim(PeerStore.MaxAddressesAfterDisconnect);
    }

    /// <summary>When an address ends if the peer's connections end now, as they do for whoever reads the file later.</summary>
    public DateTimeOffset ExpiryAfterDisconnect(PeerEntry entry, DateTimeOffset expires)
    {
        var shortened = timeProvider.GetUtcNow() + options.RecentlyConnectedLifetime;
        return entry.IsConnected && expires != DateTimeOffset.MaxValue && expires > shortened ? shortened : expires;
    }

    /// <summary>Looks at a record of the file when it is first of use. One that is not the peer's takes the addresses with it that it stood for.</summary>
    public void CheckRecord(PeerEntry entry)
    {
        if (!entry.IsRecordUnchecked)
            return;
        entry.IsRecordUnchecked = false;
        if (StoredRecord.Check(entry))
            return;
        entry.Addresses.KeepCertified([]);
        table.ForgetRecord(entry);
    }

    // Under the lock, since what is said on a connection may be heard after its end.
    private DateTimeOffset Expiry(PeerEntry entry, TimeSpan? given)
    {
        var now = timeProvider.GetUtcNow();
        var lifetime = given ?? (entry.IsConnected ? ConnectedLifetime : options.RecentlyConnectedLifetime);
        return lifetime == Timeout.InfiniteTimeSpan || lifetime >= DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + lifetime;
    }
}
