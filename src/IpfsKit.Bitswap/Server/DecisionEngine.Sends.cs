namespace IpfsKit.Bitswap.Server;

/// <content>Messages that are sent.</content>
internal sealed partial class DecisionEngine
{
    private const int MaxFailures = 3;
    private const int MaxPauseDoublings = 5;

    /// <summary>How long before its answer was handed over a want may have been said again, so that it is answered again: the peer may have had the answer by then, and this node may have been slow to notice.</summary>
    private static readonly TimeSpan MaxRepeatAge = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="SendScheduler.TryTake"/>
    public Envelope? TryTake(out TimeSpan retryIn, out Envelope? stalled)
    {
        lock (_lock)
            return _sends.TryTake(out retryIn, out stalled);
    }

    /// <summary>A message is in the connection's buffer, or was given up.</summary>
    /// <returns>Whether something has to be looked for.</returns>
    public bool Finish(Envelope envelope, bool isSent)
    {
        lock (_lock)
        {
            var peer = envelope.Peer;
            _sends.Finish(envelope);
            if (isSent)
                (peer.Failures, peer.IsProven) = (0, peer.IsProven || envelope.Bytes > 0);
            else
                _sends.Pause(peer, FirstPause * (1 << Math.Min(peer.Failures++, MaxPauseDoublings)));
            foreach (ref readonly var item in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(envelope.Items))
            {
                if (item.Want.State != WantState.Sending)
                    continue;
                if (!isSent)
                    Retry(item);
                else if (item.Outcome != ItemOutcome.Ready)
                    Lose(item);
                else
                    Done(item);
            }

            return _ring.Count > 0;
        }
    }

    /// <summary>All messages that are on their way.</summary>
    public IReadOnlyList<Envelope> Underway()
    {
        lock (_lock)
            return [.. _peers.Values.SelectMany(peer => peer.Sending)];
    }

    private void Done(in EnvelopeItem item)
    {
        var want = item.Want;
        var isRepeated = want.RepeatedAt is { } at && time.GetElapsedTime(at) < MaxRepeatAge;
        want.RepeatedAt = null;
        var isNoEnd = item.Answer == WantAnswer.DontHave && !want.IsDenied;
        want.IsToldAbsent = isNoEnd && !isRepeated;
        // A want for the block outlives a HAVE, and a block that has come outlives a DONT_HAVE; nothing that the server learnt outlives the block.
        if (isRepeated || (want.IsRenewed && item.Answer != WantAnswer.Block))
            Ask(want);
        else if (isNoEnd)
            want.State = WantState.Waiting;
        else
            Remove(want);
    }

    /// <summary>The block was here when it was looked for, and could not be read when it was to be sent.</summary>
    private void Lose(in EnvelopeItem item)
    {
        var want = item.Want;
        want.IsToldAbsent = item.SendDontHave;
        if (item.Outcome == ItemOutcome.Vanished && ++want.Failures < MaxFailures)
        {
            // It may be back already. If it is not, this lookup puts the want into the index.
            Ask(want);
            return;
        }

        want.Answer = WantAnswer.None;
        PutIntoIndex(want);
        want.State = WantState.Waiting;
    }

    private void Retry(in EnvelopeItem item)
    {
        var want = item.Want;
        if (++want.Failures >= MaxFailures)
            Remove(want);
        else
            Ask(want);
    }
}
