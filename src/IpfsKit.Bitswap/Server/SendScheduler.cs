using IpfsKit.Bitswap.Messages;

namespace IpfsKit.Bitswap.Server;

/// <summary>Decides what is sent next, to whom and how much of it at once. Under the engine's lock; every call is quick.</summary>
/// <remarks>
/// <para>What waits is in lanes by <see cref="ServiceClass"/>, which share by weight; within a lane <see cref="PeerOrder"/> decides; of a peer, its own priorities.</para>
/// <para>The decision falls when something can really be sent: no sooner than the buckets allow and a worker has time. So a newcomer waits for one message at most, not for what was queued before it came.</para>
/// </remarks>
internal sealed class SendScheduler
{
    /// <summary>What an answer costs beside the bytes of a block: its CID, and what frames it.</summary>
    private const int ItemBytes = 48;

    private const int MaxSendsPerPeer = 2;
    private const int MaxItems = BitswapProtocol.MaxPresences;
    private const int LeastMessageBytes = 16 << 10;
    private const double ShapedMessageSeconds = 0.005;

    private readonly BitswapServerOptions _options;
    private readonly TimeProvider _time;
    private readonly TokenBucket? _bucket;
    private readonly int _messageBytes;
    private readonly SendLane[] _lanes;
    private readonly LinkedList<Envelope> _sending = [];
    private long _outstandingBytes;
    private long _unprovenBytes;
    private double _clock;
    private bool _isCrowded;
    private long _retryAt;

    public SendScheduler(BitswapServerOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        if (options.EgressBytesPerSecond is { } rate)
            _bucket = new TokenBucket(rate, time.GetTimestamp(), time.TimestampFrequency);
        var slowest = Math.Min(options.EgressBytesPerSecond ?? long.MaxValue, options.EgressBytesPerSecondPerPeer ?? long.MaxValue);
        _messageBytes = (int)Math.Clamp(slowest * ShapedMessageSeconds, Math.Min(LeastMessageBytes, options.TargetMessageBytes), options.TargetMessageBytes);
        _lanes = [new(options.EveryoneWeight), new(options.PinnedWeight), new(options.ClusterWeight), new(options.ClusterWeight)];
    }

    /// <summary>The bytes of blocks that are read or on their way to a connection.</summary>
    public long OutstandingBytes => _outstandingBytes;

    /// <summary>How many messages are on their way.</summary>
    public int Sending => _sending.Count;

    /// <summary>Puts an answered want in line.</summary>
    public void Enqueue(Want want)
    {
        var (peer, lane) = (want.Peer, want.Lane);
        want.State = WantState.Queued;
        peer.Queues[lane].Add(want);
        peer.Pending++;
        if (want.Answer == WantAnswer.Block)
            peer.PendingBytes += want.Bytes;
        if (peer.LaneSlots[lane] < 0)
            _lanes[lane].Add(peer, lane);
    }

    /// <summary>Takes a want out of the line.</summary>
    public void Withdraw(Want want)
    {
        var (peer, lane) = (want.Peer, want.Lane);
        peer.Queues[lane].Remove(want);
        peer.Pending--;
        if (want.Answer == WantAnswer.Block)
            peer.PendingBytes -= want.Bytes;
        if (peer.Queues[lane].Count == 0)
            _lanes[lane].Remove(peer, lane);
    }

    /// <summary>Takes the next message, if there is one that may be sent now.</summary>
    /// <param name="retryIn">If there is none: after how long there may be one without anything else happening; infinite if never.</param>
    /// <param name="stalled">A message that must be aborted so that there is room for others; null if none.</param>
    public Envelope? TryTake(out TimeSpan retryIn, out Envelope? stalled)
    {
        var now = _time.GetTimestamp();
        stalled = null;
        _retryAt = long.MaxValue;
        _isCrowded = false;
        if (_bucket?.Wait(now) is { } wait and > 0)
        {
            retryIn = Duration(wait);
            return null;
        }

        var (chosen, peer) = Choose(now);
        if (peer is not null)
        {
            retryIn = Timeout.InfiniteTimeSpan;
            return Fill(chosen, peer, now);
        }

        if (_isCrowded)
            stalled = FindStalled(now);
        retryIn = _retryAt == long.MaxValue ? Timeout.InfiniteTimeSpan : Duration(_retryAt - now);
        return null;
    }

    /// <summary>A message is not on its way any more.</summary>
    public void Finish(Envelope envelope)
    {
        var peer = envelope.Peer;
        peer.Sending.Remove(envelope);
        peer.OutstandingBytes -= envelope.Bytes;
        _outstandingBytes -= envelope.Bytes;
        if (!envelope.IsProven)
            _unprovenBytes -= envelope.Bytes;
        if (envelope.Node is { List: not null } node)
            _sending.Remove(node);
    }

    /// <summary>Sends nothing more to a peer for some time.</summary>
    public void Pause(ServedPeer peer, TimeSpan time) => peer.PausedUntil = _time.GetTimestamp() + Ticks(time);

    private (int Lane, ServedPeer? Peer) Choose(long now)
    {
        var starvedBefore = now - Ticks(PeerOrder.StarvedAfter);
        var (chosen, next) = (-1, (ServedPeer?)null);
        Span<bool> isReady = stackalloc bool[SendLane.Count];
        for (var lane = SendLane.Count - 1; lane >= 0; lane--)
        {
            if (First(lane, now, starvedBefore) is not { } peer)
                continue;
            isReady[lane] = true;
            if (chosen >= 0 && _lanes[lane].Clock >= _lanes[chosen].Clock)
                continue;
            (chosen, next) = (lane, peer);
        }

        if (next is null)
            return (chosen, next);
        _clock = Math.Max(_clock, _lanes[chosen].Clock);
        for (var lane = 0; lane < SendLane.Count; lane++)
        {
            if (!isReady[lane])
                _lanes[lane].Clock = Math.Max(_lanes[lane].Clock, _clock);
        }

        return (chosen, next);
    }

    private ServedPeer? First(int lane, long now, long starvedBefore)
    {
        ServedPeer? first = null;
        foreach (var peer in _lanes[lane].Peers)
        {
            if (CanSend(peer, lane, now) && (first is null || PeerOrder.IsBefore(peer, first, starvedBefore)))
                first = peer;
        }

        return first;
    }

    private bool CanSend(ServedPeer peer, int lane, long now)
    {
        if (peer.Sending.Count >= MaxSendsPerPeer)
            return false;
        if (peer.PausedUntil > now)
            return RetryAt(peer.PausedUntil);
        if (lane == SendLane.Answers)
            return true;
        var bytes = peer.Queues[lane].First.Bytes;
        if (peer.Sending.Count > 0 && peer.OutstandingBytes + bytes > _options.MaxOutstandingBytesPerPeer)
            return false;
        if (lane != (int)ServiceClass.Cluster && peer.Bucket?.Wait(now) is { } wait and > 0)
            return RetryAt(now + wait);
        if (_outstandingBytes == 0 || bytes <= Room(peer.IsProven && peer.Failures == 0))
            return true;
        _isCrowded = true;
        return false;
    }

    /// <summary>How much more may be under way: all peers together have a bound, and those that have taken nothing yet, or not the last message, half of it, so that peers that do not read cannot keep out those that do.</summary>
    private long Room(bool isProven)
    {
        var room = _options.MaxOutstandingBytes - _outstandingBytes;
        return isProven ? room : Math.Min(room, (_options.MaxOutstandingBytes / 2) - _unprovenBytes);
    }

    private bool RetryAt(long timestamp)
    {
        _retryAt = Math.Min(_retryAt, timestamp);
        return false;
    }

    private Envelope Fill(int lane, ServedPeer peer, long now)
    {
        var envelope = new Envelope(peer, lane, now);
        var room = (long)_messageBytes;
        // Whether a block is here is what a peer needs to decide whom to ask, so it never waits behind blocks.
        var answers = peer.Queues[SendLane.Answers];
        while (answers.Count > 0 && room > 0 && envelope.Items.Count < MaxItems)
            room -= Take(envelope, answers.First);
        if (lane != SendLane.Answers)
        {
            var blocks = peer.Queues[lane];
            room = Math.Min(room, _options.MaxOutstandingBytesPerPeer - peer.OutstandingBytes);
            room = Math.Min(room, Room(envelope.IsProven));
            do
            {
                room -= Take(envelope, blocks.First);
            }
            while (blocks.Count > 0 && blocks.First.Bytes <= room && envelope.Items.Count < MaxItems);
            peer.ServedAt = now;
        }

        var cost = envelope.Bytes + ((long)ItemBytes * envelope.Items.Count);
        _lanes[lane].Clock += cost / _lanes[lane].Weight;
        _bucket?.Spend(cost);
        if (lane != (int)ServiceClass.Cluster)
            peer.Bucket?.Spend(cost);
        _outstandingBytes += envelope.Bytes;
        if (!envelope.IsProven)
            _unprovenBytes += envelope.Bytes;
        peer.OutstandingBytes += envelope.Bytes;
        envelope.PendingBytes = peer.PendingBytes;
        peer.Sending.Add(envelope);
        envelope.Node = _sending.AddLast(envelope);
        return envelope;
    }

    private long Take(Envelope envelope, Want want)
    {
        Withdraw(want);
        want.State = WantState.Sending;
        envelope.Items.Add(new EnvelopeItem(want));
        var bytes = want.Answer == WantAnswer.Block ? want.Bytes : 0;
        envelope.Bytes += bytes;
        return bytes == 0 ? ItemBytes : bytes;
    }

    /// <summary>Of the messages that hold the room which others need, the one that has been under way for longest, if that is too long; else remembers when it will be.</summary>
    private Envelope? FindStalled(long now)
    {
        if (_sending.First is not { } oldest)
            return null;
        var stalledAt = oldest.Value.StartedAt + Ticks(_options.StalledSendTimeout);
        if (stalledAt > now)
        {
            RetryAt(stalledAt);
            return null;
        }

        // What is being aborted is not aborted again; its room comes back when it has ended.
        _sending.Remove(oldest);
        return oldest.Value;
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private TimeSpan Duration(long ticks) => TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(ticks * 1000.0 / _time.TimestampFrequency)));
}
