using IpfsKit.Bitswap.Messages;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Server;

/// <summary>What all peers want, and what becomes of it: pure state behind one lock, without I/O and without calls to others. Thread-safe; no call takes longer than a chunk of wants under the lock.</summary>
/// <remarks>
/// Wants come in by <see cref="Apply(PeerId, IReadOnlyList{WantlistEntry}, bool)"/>; lookups take them by <see cref="TakeAsked"/> and say by <see cref="Resolve"/> what they found; senders take messages by <see cref="TryTake"/> and give them back by
/// <see cref="Finish"/>; blocks that have come wake who waits for them by <see cref="Notify"/>. The ways of a single want are drawn at <see cref="Want"/>.
/// <para><b>No want is missed.</b> A block may come between the moment when the store says that it is not here and the moment when the want is in the index. So a want that was not found is put into the index, and looked for once more if any
/// block came since its lookup began. A want in the index is told by a mark.</para>
/// </remarks>
internal sealed partial class DecisionEngine(BitswapServerOptions options, TimeProvider time, ServerInstruments instruments)
{
    private const int ChunkEntries = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, ServedPeer> _peers = [];
    private readonly WaitIndex _waiting = new();
    private readonly Queue<ServedPeer> _ring = new();
    private readonly SendScheduler _sends = new(options, time);
    private long _sequence;
    private long _notifications;
    private int _wants;

    /// <summary>How many wants there are.</summary>
    public int WantCount => Volatile.Read(ref _wants);

    /// <summary>How many blocks are waited for.</summary>
    public int WaitedBlocks => Locked(() => _waiting.Count);

    /// <summary>The bytes of blocks that are read or on their way.</summary>
    public long OutstandingBytes => Locked(() => _sends.OutstandingBytes);

    /// <summary>How many messages are on their way.</summary>
    public int Sending => Locked(() => _sends.Sending);

    /// <summary>A peer is here. Nothing happens if it was already.</summary>
    public void Join(PeerId id, bool hasPresences)
    {
        lock (_lock)
        {
            if (_peers.ContainsKey(id))
                return;
            var bucket = options.EgressBytesPerSecondPerPeer is { } rate ? new TokenBucket(rate, time.GetTimestamp(), time.TimestampFrequency) : null;
            _peers.Add(id, new ServedPeer(id, hasPresences, bucket));
        }
    }

    /// <summary>A peer has left: nothing of it is kept.</summary>
    /// <returns>The messages that are on their way to it, to be aborted.</returns>
    public IReadOnlyList<Envelope> Leave(PeerId id)
    {
        lock (_lock)
        {
            if (!_peers.Remove(id, out var peer))
                return [];
            peer.IsHere = false;
            foreach (var want in peer.Wants.Values)
                Detach(want);
            peer.Wants.Clear();
            return [.. peer.Sending];
        }
    }

    /// <summary>A peer says what it wants: in all, or what has changed.</summary>
    /// <returns>Whether something has to be looked for.</returns>
    public bool Apply(PeerId id, IReadOnlyList<WantlistEntry> entries, bool isFull)
    {
        var ignored = default(IgnoredWants);
        if (isFull)
            Forget(id, entries);
        for (var start = 0; start < entries.Count; start += ChunkEntries)
        {
            lock (_lock)
            {
                if (!_peers.TryGetValue(id, out var peer))
                {
                    ignored.Strangers += entries.Count - start;
                    break;
                }

                var end = Math.Min(entries.Count, start + ChunkEntries);
                for (var i = start; i < end; i++)
                    Apply(peer, entries[i], isFull, ref ignored);
            }
        }

        instruments.Ignored(ignored);
        lock (_lock)
            return _ring.Count > 0;
    }

    /// <summary>What a peer wants.</summary>
    public IReadOnlyList<Cid> WantlistOf(PeerId id)
    {
        lock (_lock)
            return _peers.TryGetValue(id, out var peer) ? [.. peer.Wants.Keys] : [];
    }

    /// <summary>Drops what a full list leaves out.</summary>
    private void Forget(PeerId id, IReadOnlyList<WantlistEntry> entries)
    {
        var mark = 0;
        for (var start = 0; start < entries.Count || start == 0; start += ChunkEntries)
        {
            lock (_lock)
            {
                if (!_peers.TryGetValue(id, out var peer) || peer.Wants.Count == 0)
                    return;
                if (start == 0)
                    mark = ++peer.FullLists;
                var end = Math.Min(entries.Count, start + ChunkEntries);
                for (var i = start; i < end; i++)
                {
                    if (!entries[i].IsCancel && peer.Wants.TryGetValue(entries[i].Cid, out var want))
                        want.Mark = Math.Max(want.Mark, mark);
                }
            }
        }

        lock (_lock)
        {
            if (!_peers.TryGetValue(id, out var peer))
                return;
            List<Want> left = [];
            foreach (var want in peer.Wants.Values)
            {
                if (want.Mark < mark)
                    left.Add(want);
            }

            foreach (var want in left)
                Remove(want);
        }
    }

    private void Apply(ServedPeer peer, in WantlistEntry entry, bool isFull, ref IgnoredWants ignored)
    {
        if (peer.Wants.TryGetValue(entry.Cid, out var want))
        {
            if (entry.IsCancel)
                Remove(want);
            else
                Renew(want, entry, isFull);
            return;
        }

        if (entry.IsCancel)
            return;
        if (entry.Cid.Hash.IsIdentity)
            ignored.Identities++;
        else if (entry.Cid.ByteCount > BitswapProtocol.MaxCidBytes)
            ignored.TooLong++;
        else if (!TryMakeRoom(peer, entry.Priority, ref ignored))
            ignored.Overflowed++;
        else
            Add(peer, entry);
    }

    private void Add(ServedPeer peer, in WantlistEntry entry)
    {
        var want = new Want(peer, entry.Cid, _sequence++, time.GetTimestamp())
        {
            Kind = peer.HasPresences ? entry.Kind : WantKind.Block,
            Priority = entry.Priority,
            SendDontHave = entry.SendDontHave,
            Mark = peer.FullLists,
        };
        peer.Wants.Add(want.Cid, want);
        _wants++;
        Ask(want);
        peer.Evictable.Add(want);
    }

    /// <summary>A want that there is was said again.</summary>
    private void Renew(Want want, in WantlistEntry entry, bool isFull)
    {
        // A want for the block says more than one for whether it is here, whichever came last.
        var isUpgrade = want.Kind == WantKind.Have && entry.Kind == WantKind.Block;
        if (isUpgrade)
            want.Kind = WantKind.Block;
        want.SendDontHave |= entry.SendDontHave;
        want.IsToldAbsent = false;
        if (want.Priority != entry.Priority)
            Reprioritize(want, entry.Priority);
        switch (want.State)
        {
            case WantState.Waiting:
                Ask(want);
                break;
            case WantState.Queued when isUpgrade && want.Answer == WantAnswer.Have:
                _sends.Withdraw(want);
                want.Answer = WantAnswer.Block;
                _sends.Enqueue(want);
                break;
            case WantState.Sending:
                want.IsRenewed |= isUpgrade && want.Answer == WantAnswer.Have;
                if (!isFull)
                    want.RepeatedAt = time.GetTimestamp();
                break;
        }
    }

    private static void Reprioritize(Want want, int priority)
    {
        want.Priority = priority;
        want.Peer.Evictable.Update(want);
        if (want.State == WantState.Asked)
            want.Peer.Asked.Update(want);
        else if (want.State == WantState.Queued)
            want.Peer.Queues[want.Lane].Update(want);
    }

    private bool TryMakeRoom(ServedPeer peer, int priority, ref IgnoredWants ignored)
    {
        if (peer.Wants.Count < options.MaxWantsPerPeer)
            return true;
        var least = peer.Evictable.First;
        if (least.Priority > priority || (least.Priority == priority && !least.IsIndexed))
            return false;
        Remove(least);
        ignored.Evicted++;
        return true;
    }

    private void Ask(Want want)
    {
        var peer = want.Peer;
        want.State = WantState.Asked;
        want.Answer = WantAnswer.None;
        want.IsRenewed = false;
        peer.Asked.Add(want);
        if (peer.IsInRing)
            return;
        peer.IsInRing = true;
        _ring.Enqueue(peer);
    }

    private void Remove(Want want)
    {
        want.Peer.Wants.Remove(want.Cid);
        want.Peer.Evictable.Remove(want);
        Detach(want);
    }

    /// <summary>Takes a want out of everything but its peer.</summary>
    private void Detach(Want want)
    {
        if (want.State == WantState.Asked)
            want.Peer.Asked.Remove(want);
        else if (want.State == WantState.Queued)
            _sends.Withdraw(want);
        _waiting.Remove(want);
        want.State = WantState.Gone;
        _wants--;
    }

    /// <summary>The block is not here, as far as is known.</summary>
    private void PutIntoIndex(Want want)
    {
        if (want.IsIndexed)
            return;
        _waiting.Add(want);
        want.Peer.Evictable.Update(want);
    }

    private void TakeFromIndex(Want want)
    {
        if (!want.IsIndexed)
            return;
        _waiting.Remove(want);
        want.Peer.Evictable.Update(want);
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
            return read();
    }
}
