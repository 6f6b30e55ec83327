using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Connections;

/// <summary>The values and protections of peers. Thread-safe.</summary>
internal sealed class PeerTags
{
    /// <summary>The most values of one peer.</summary>
    public const int MaxTagsPerPeer = 64;

    /// <summary>The most peers that are not connected and have values.</summary>
    public const int MaxUnconnectedPeers = 16_384;

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, Dictionary<string, int>> _values = [];
    private readonly Dictionary<PeerId, HashSet<string>> _protections = [];
    private readonly HashSet<PeerId> _connected = [];
    private int _unconnected;

    /// <summary>Sets a value; false if there are too many.</summary>
    public bool TrySet(PeerId peer, string tag, int value)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        lock (_lock)
        {
            if (!_values.TryGetValue(peer, out var tags))
            {
                var isConnected = _connected.Contains(peer);
                if (!isConnected && _unconnected >= MaxUnconnectedPeers)
                    return false;
                if (!isConnected)
                    _unconnected++;
                _values.Add(peer, tags = new(StringComparer.Ordinal));
            }

            if (tags.Count >= MaxTagsPerPeer && !tags.ContainsKey(tag))
                return false;
            tags[tag] = value;
            return true;
        }
    }

    public void Remove(PeerId peer, string tag)
    {
        lock (_lock)
        {
            if (!_values.TryGetValue(peer, out var tags) || !tags.Remove(tag) || tags.Count > 0)
                return;
            _values.Remove(peer);
            if (!_connected.Contains(peer))
                _unconnected--;
        }
    }

    public long GetScore(PeerId peer)
    {
        lock (_lock)
            return _values.TryGetValue(peer, out var tags) ? tags.Values.Sum(value => (long)value) : 0;
    }

    public void Protect(PeerId peer, string tag)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        lock (_lock)
        {
            if (!_protections.TryGetValue(peer, out var tags))
                _protections.Add(peer, tags = new(StringComparer.Ordinal));
            tags.Add(tag);
        }
    }

    public bool Unprotect(PeerId peer, string tag)
    {
        lock (_lock)
        {
            if (!_protections.TryGetValue(peer, out var tags))
                return false;
            tags.Remove(tag);
            if (tags.Count > 0)
                return true;
            _protections.Remove(peer);
            return false;
        }
    }

    public bool IsProtected(PeerId peer, string? tag)
    {
        lock (_lock)
            return _protections.TryGetValue(peer, out var tags) && (tag is null || tags.Contains(tag));
    }

    public void SetConnected(PeerId peer, bool isConnected)
    {
        lock (_lock)
        {
            if (isConnected)
            {
                if (_connected.Add(peer) && _values.ContainsKey(peer))
                    _unconnected--;
            }
            else if (_connected.Remove(peer))
                _values.Remove(peer);
        }
    }
}
