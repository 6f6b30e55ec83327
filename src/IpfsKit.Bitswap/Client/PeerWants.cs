using IpfsKit.Bitswap.Messages;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>What one peer has to be told about what is wanted of it, over all sessions. What comes while a message is being sent goes into the next. Guarded by the client's gate.</summary>
/// <remarks>The last word about a block wins: a want that was taken back before it was sent is never said, and one that comes back replaces its cancel.</remarks>
internal sealed class PeerWants
{
    /// <summary>The most bytes of a message, as boxo has it.</summary>
    public const int MaxMessageBytes = 2 << 20;

    /// <summary>What an entry has beside its CID, at most.</summary>
    private const int EntryOverheadBytes = 24;

    private readonly Dictionary<Multihash, WantlistEntry> _pending = [];
    private bool _isFullDue = true;

    /// <summary>Whether there is something to say.</summary>
    public bool HasPending => _pending.Count > 0;

    /// <summary>The block, or whether it is there, is wanted.</summary>
    public void Want(PeerAsk ask)
    {
        // A cancel that was not sent yet: the peer still has the want, so its end will have to be said.
        if (_pending.TryGetValue(ask.Want.Key, out var before) && before.IsCancel)
            ask.IsOnWire = true;
        _pending[ask.Want.Key] = new WantlistEntry(ask.Want.Cid, ask.Kind, ask.Priority, ask.Peer.HasPresences);
    }

    /// <summary>It is wanted no longer.</summary>
    public void Cancel(PeerAsk ask)
    {
        if (ask.IsOnWire)
            _pending[ask.Want.Key] = new WantlistEntry(ask.Want.Cid, ask.Kind, 0, false, IsCancel: true);
        else
            _pending.Remove(ask.Want.Key);
        ask.IsOnWire = false;
    }

    /// <summary>The last message may not have arrived: the next says everything.</summary>
    /// <param name="asks">What is wanted.</param>
    public void Restart(Dictionary<Multihash, PeerAsk> asks)
    {
        _isFullDue = true;
        foreach (var (key, entry) in _pending)
        {
            if (entry.IsCancel)
                _pending.Remove(key);
        }

        foreach (var (key, ask) in asks)
        {
            if (ask.IsOnWire)
                _pending.TryAdd(key, new WantlistEntry(ask.Want.Cid, ask.Kind, ask.Priority, ask.Peer.HasPresences));
        }
    }

    /// <summary>The next message; null if there is nothing to say.</summary>
    /// <param name="asks">What is wanted.</param>
    /// <param name="now">When it goes out.</param>
    public OutboundMessage? Next(Dictionary<Multihash, PeerAsk> asks, double now)
    {
        if (_pending.Count == 0)
            return null;
        var message = new OutboundMessage { IsFull = _isFullDue };
        _isFullDue = false;
        var bytes = 0;
        foreach (var (key, entry) in _pending)
        {
            bytes += entry.Cid.ByteCount + EntryOverheadBytes;
            if (bytes > MaxMessageBytes)
                break;
            message.Wantlist.Add(entry);
            if (!entry.IsCancel && asks.TryGetValue(key, out var ask))
            {
                ask.IsOnWire = true;
                ask.TimesSaid++;
                (ask.AskedAt, ask.AwaitedSince) = (now, now);
            }
        }

        if (message.Wantlist.Count == _pending.Count)
        {
            _pending.Clear();
        }
        else
        {
            foreach (var entry in message.Wantlist)
                _pending.Remove(entry.Cid.Hash);
        }

        return message;
    }
}
