using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Peers;

/// <summary>The addresses of one peer, each with its end, and whether the peer has signed it or was met there.</summary>
internal sealed class AddressBook
{
    private readonly Dictionary<Multiaddr, Entry> _entries = [];

    /// <summary>How many there are, expired ones included until the next look.</summary>
    public int Count => _entries.Count;

    /// <summary>All of them.</summary>
    public IEnumerable<(Multiaddr Address, DateTimeOffset Expires, bool IsCertified)> All => _entries.Select(pair => (pair.Key, pair.Value.Expires, pair.Value.IsCertified));

    /// <summary>Those that have not expired: if there are signed ones, those, the proven ones and those that were given to stay; else all.</summary>
    public List<Multiaddr> Live(DateTimeOffset now)
    {
        RemoveExpired(now);
        var certified = HasCertified;
        return [.. _entries.Where(pair => !certified || pair.Value.IsCertified || pair.Value.Stays).Select(pair => pair.Key)];
    }

    /// <summary>Adds an address: one that anybody may have named, unless the peer has signed it or was met there.</summary>
    public void Add(Multiaddr address, DateTimeOffset expires, bool isCertified = false, bool isProven = false)
    {
        var known = _entries.GetValueOrDefault(address);
        _entries[address] = new Entry(known.Expires > expires ? known.Expires : expires, isCertified || known.IsCertified, isProven || known.IsProven);
    }

    /// <summary>Replaces the signed addresses. What the peer does not sign any more is gone, unless it was given to stay or is proven.</summary>
    public void ReplaceCertified(IEnumerable<Multiaddr> addresses, DateTimeOffset expires)
    {
        foreach (var (address, entry) in _entries.ToArray())
        {
            if (entry.Stays)
                _entries[address] = entry with { IsCertified = false };
            else
                _entries.Remove(address);
        }

        foreach (var address in addresses)
            Add(address, expires, isCertified: true);
    }

    /// <summary>Only these are signed: others that were taken for such are gone, unless they were given to stay or are proven.</summary>
    public void KeepCertified(HashSet<Multiaddr> signed)
    {
        foreach (var (address, entry) in _entries.Where(pair => pair.Value.IsCertified && !signed.Contains(pair.Key)).ToArray())
        {
            if (entry.Stays)
                _entries[address] = entry with { IsCertified = false };
            else
                _entries.Remove(address);
        }
    }

    /// <summary>The connection that gave them their long life has ended.</summary>
    public void ShortenTo(DateTimeOffset expires)
    {
        foreach (var (address, entry) in _entries.Where(pair => pair.Value.Expires > expires && pair.Value.Expires != DateTimeOffset.MaxValue).ToArray())
            _entries[address] = entry with { Expires = expires };
    }

    /// <summary>Forgets what has expired.</summary>
    public void RemoveExpired(DateTimeOffset now)
    {
        foreach (var (address, _) in _entries.Where(pair => pair.Value.Expires <= now).ToArray())
            _entries.Remove(address);
    }

    /// <summary>Keeps at most so many: those that are signed or proven first, then those that last longest.</summary>
    public void Trim(int most)
    {
        if (_entries.Count <= most)
            return;
        foreach (var (address, _) in _entries.OrderByDescending(pair => pair.Value.IsProven || pair.Value.IsCertified).ThenByDescending(pair => pair.Value.Expires).Skip(most).ToArray())
            _entries.Remove(address);
    }

    /// <summary>Whether the peer has signed any of them.</summary>
    public bool HasCertified => _entries.Any(pair => pair.Value.IsCertified);

    private readonly record struct Entry(DateTimeOffset Expires, bool IsCertified, bool IsProven)
    {
        /// <summary>Whether it needs no signature.</summary>
        public bool Stays => IsProven || Expires == DateTimeOffset.MaxValue;
    }
}
