using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>What happens to a session: peers come and go, blocks come, time passes.</summary>
internal sealed partial class BitswapSession
{
    private const double RebalanceInterval = 0.05;

    private double _lastProgress;
    private bool _isPumping;
    private bool _pumpAgain;

    /// <summary>When something is due; positive infinity if nothing is. Gate.</summary>
    public double NextDue { get; private set; } = double.PositiveInfinity;

    /// <summary>Ends all gets, now and later, with an error.</summary>
    public void Fail(Exception failure)
    {
        using (_parts.Gate.Enter())
            FailHeld(failure);
    }

    /// <summary>A peer takes part from now on, if there is room for it. Gate.</summary>
    public SessionPeer? Join(ClientPeer peer)
    {
        if (Members.Find(peer) is { } member)
            return member;
        if (IsEnded || Members.TryAdd(peer) is not { } joined)
            return null;
        // It may have been here before: what was taken back from it then it can be asked for again.
        for (var want = Wants.Stranded.First; want is not null; want = want.Next)
        {
            if (want.Want.AskOf(peer) is { State: AskState.GivenUp })
                _parts.Asks.Forget(peer, want);
        }

        Wants.Unstrand();
        Pump();
        AskNewcomer(joined);
        return joined;
    }

    /// <summary>A peer has come. Gate.</summary>
    public void OnJoined(ClientPeer peer)
    {
        if (_discovery.Knows(peer.Id))
            Join(peer);
        else
            _discovery.OnJoined(peer);
    }

    /// <summary>A peer has left, and its asks have ended. Gate.</summary>
    public void OnLeft(SessionPeer member)
    {
        Members.Remove(member);
        _discovery.OnLeft(member.Peer.Id);
        Pump();
    }

    /// <summary>Gives out what can be given out, and looks for peers for the rest. Gate.</summary>
    public void Pump()
    {
        _pumpAgain = true;
        if (_isPumping)
            return;
        _isPumping = true;
        // Peers that join meanwhile cost another turn, and there are so many at most.
        for (var turns = 0; _pumpAgain && turns <= Options.MaxPeersPerSession; turns++)
        {
            _pumpAgain = false;
            _scheduler.Dispatch();
            _discovery.Check();
        }

        _isPumping = false;
        Schedule();
    }

    /// <summary>Does what is due. Gate.</summary>
    public void OnDue()
    {
        // First, as that nobody has a block says more than that the time is over.
        Pump();
        var now = _parts.Clock.Now;
        if (Wants.Count > 0 && Settings.IdleTimeout != Timeout.InfiniteTimeSpan)
        {
            if (_parts.Budget.IsExhausted)
                _lastProgress = now;
            if (now >= _lastProgress + Settings.IdleTimeout.TotalSeconds - 1e-6)
                EndWants(null);
        }

        _rebalancer.Run();
        Schedule();
    }

    /// <summary>A wanted block came. Gate.</summary>
    /// <param name="want">This session's want, which ends.</param>
    /// <param name="block">The block; those who wait get references of their own.</param>
    /// <param name="peer">From whom.</param>
    public void OnBlock(SessionWant want, Block block, ClientPeer peer)
    {
        Remove(want);
        if (Settings.MaxBytes is { } most && _tally.Bytes + block.Size > most)
        {
            var failure = new FetchLimitException(nameof(BitswapSessionOptions.MaxBytes), most);
            want.Fail(failure);
            FailHeld(failure);
            return;
        }

        _tally.Add(peer.Id, block.Size);
        _lastProgress = _parts.Clock.Now;
        want.Deliver(block);
        _rebalancer.OnBlock();
        _discovery.OnProgress();
        Join(peer)?.OnHit(delivered: true);
        if (_progress is { } progress)
        {
            var fetched = new FetchedBlock(want.Want.Cid, block.Size, peer.Id);
            _parts.Gate.Outbox.Add(() => progress.Report(fetched));
        }
    }

    /// <summary>A block came once more. Gate.</summary>
    public void OnDuplicate(PeerId peer, int bytes)
    {
        _tally.AddDuplicate(peer, bytes);
        _rebalancer.OnDuplicate();
    }

    /// <summary>A peer said that it has a block. Gate.</summary>
    public void OnHave(SessionWant want, ClientPeer peer)
    {
        Join(peer)?.OnHit(delivered: false);
        if (ReferenceEquals(want.List, Wants.Stranded))
            Wants.Queue.AddLast(want);
        Pump();
    }

    /// <summary>Nobody has a block. Gate.</summary>
    public void OnNotFound(SessionWant want)
    {
        Remove(want);
        want.Deliver(null);
    }

    private void Schedule()
    {
        var now = _parts.Clock.Now;
        var due = _discovery.NextDue;
        if (Wants.Count > 0 && Settings.IdleTimeout != Timeout.InfiniteTimeSpan)
            due = Math.Min(due, _lastProgress + Settings.IdleTimeout.TotalSeconds);
        if (Wants.Count > 0 && Wants.Queue.Count == 0 && Members.All.Count > 1)
            due = Math.Min(due, now + RebalanceInterval);
        // What was to come sooner comes as it was to: a session that is busy must not put its own due off each time.
        NextDue = NextDue > now && NextDue < due && Wants.Count > 0 ? NextDue : due;
        _parts.Timer.Schedule(NextDue, now);
    }

    /// <summary>As long as nobody has shown to have the DAG, whoever joins is asked whether it has the first block.</summary>
    private void AskNewcomer(SessionPeer joined)
    {
        if (!_isPumping && !joined.IsProbed && _tally.Blocks == 0 && Wants.Any is { } want)
            joined.IsProbed = _parts.Asks.AskForPresence(joined.Peer, want);
    }

    private void Remove(SessionWant want)
    {
        if (Wants.Remove(want) && Wants.Count == 0)
            _discovery.OnIdle();
    }

    /// <summary>Ends all wants with an error; null for that of the time that has passed.</summary>
    private void EndWants(Exception? failure)
    {
        foreach (var want in Wants.All)
        {
            var peers = want.Want.PeersAsked;
            Remove(want);
            want.Fail(failure ?? new FetchTimeoutException(want.Want.Cid, Settings.IdleTimeout, peers));
        }
    }

    private void FailHeld(Exception failure)
    {
        if (_failure is not null || IsEnded)
            return;
        Volatile.Write(ref _failure, failure);
        EndWants(failure);
    }
}
