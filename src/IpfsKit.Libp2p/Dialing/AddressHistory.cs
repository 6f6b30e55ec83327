using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dialing;

/// <summary>How addresses of peers did when they were dialled: which ones are left alone for a while, and which are tried first. Thread-safe and bounded.</summary>
internal sealed class AddressHistory(DialOptions options, TimeProvider timeProvider)
{
    /// <summary>The most addresses that are remembered; those dialled longest ago go first.</summary>
    public const int MaxEntries = 16_384;

    private const int BestScore = 8;
    private readonly Lock _lock = new();
    private readonly Dictionary<(PeerId, Multiaddr), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byDial = [];

    /// <summary>How many are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>Whether an address may be dialled now.</summary>
    public bool IsReady(PeerId peer, Multiaddr address)
    {
        lock (_lock)
            return !_entries.TryGetValue((peer, address), out var node) || node.Value.ReadyAt <= timeProvider.GetUtcNow();
    }

    /// <summary>The better, the more often it worked of late.</summary>
    public int GetScore(PeerId peer, Multiaddr address)
    {
        lock (_lock)
            return _entries.TryGetValue((peer, address), out var node) ? node.Value.Score : 0;
    }

    /// <summary>An address answered, and the peer was there.</summary>
    public void AddSuccess(PeerId peer, Multiaddr address) =>
        Update(peer, address, entry => entry with { Failures = 0, ReadyAt = DateTimeOffset.MinValue, Score = Math.Min(BestScore, Math.Max(0, entry.Score) + 1) });

    /// <summary>It did not.</summary>
    public void AddFailure(PeerId peer, Multiaddr address) => Update(peer, address, entry =>
    {
        // Beyond 30 doublings the longest pause has long been reached.
        var pause = options.Backoff * Math.Pow(2, Math.Min(entry.Failures, 30));
        return entry with
        {
            Failures = entry.Failures + 1,
            ReadyAt = timeProvider.GetUtcNow() + (pause < options.MaxBackoff ? pause : options.MaxBackoff),
            Score = Math.Max(-BestScore, Math.Min(0, entry.Score) - 1),
        };
    });

    private void Update(PeerId peer, Multiaddr address, Func<Entry, Entry> update)
    {
        lock (_lock)
        {
            if (_entries.Remove((peer, address), out var node))
                _byDial.Remove(node);
            else if (_entries.Count >= MaxEntries)
            {
                var oldest = _byDial.First!.Value;
                _entries.Remove((oldest.Peer, oldest.Address));
                _byDial.RemoveFirst();
            }

            _entries.Add((peer, address), _byDial.AddLast(update(node?.Value ?? new Entry(peer, address, 0, DateTimeOffset.MinValue, 0))));
        }
    }

    private sealed record Entry(PeerId Peer, Multiaddr Address, int Failures, DateTimeOffset ReadyAt, int Score);
}
