using IpfsKit.Bitswap.Messages;

namespace IpfsKit.Bitswap.Client;

/// <summary>Keeps what peers are asked: the one place where asks begin and end, so that windows, wantlists and lists always agree. Guarded by the client's gate.</summary>
internal sealed class AskBook(ClientGate gate, ClientClock clock, ClientTimer timer, BitswapClientOptions options)
{
    /// <summary>Asks a peer for a block.</summary>
    /// <returns>False if the peer has as many wants of us as it may have.</returns>
    public bool AskForBlock(SessionPeer owner, SessionWant want)
    {
        var peer = owner.Peer;
        if (Prepare(peer, want) is not { } ask)
            return false;
        (ask.Kind, ask.Owner) = (WantKind.Block, owner);
        ask.WasIdle = peer.OutstandingBlocks == 0;
        ask.DeliveredAtAsk = peer.Estimates.DeliveredBytes;
        ask.ExpectedBytes = owner.Session.ExpectedBytes;
        owner.IsProbed = true;
        if (owner.Outstanding++ == 0)
            peer.ActiveSessions++;
        peer.OutstandingBlocks++;
        peer.OutstandingBytes += ask.ExpectedBytes;
        ask.AheadBytes = peer.OutstandingBytes;
        want.Want.ActiveBlocks++;
        Begin(ask, TimeoutOf(ask));
        return true;
    }

    /// <summary>Asks a peer whether it has a block, if it was not asked about it yet.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="want">What.</param>
    /// <param name="again">Also if it was asked and said no, or nothing.</param>
    public bool AskForPresence(ClientPeer peer, SessionWant want, bool again = false)
    {
        if (!peer.HasPresences || peer.HasLeft)
            return false;
        if (peer.Asks.TryGetValue(want.Want.Key, out var before) && (!again || before.State is AskState.Active or AskState.Promised))
            return false;
        if (Prepare(peer, want) is not { } ask)
            return false;
        (ask.Kind, ask.Owner, ask.WasIdle) = (WantKind.Have, null, peer.OutstandingBlocks == 0);
        Begin(ask, TimeoutOf(ask));
        return true;
    }

    /// <summary>An answer came, or will not come: the ask takes no part of a window any longer.</summary>
    public static void Settle(PeerAsk ask, AskState state)
    {
        if (ask.State == AskState.Active)
        {
            ask.Peer.Awaiting.Remove(ask);
            if (ask is { Kind: WantKind.Block, Owner: { } owner })
            {
                if (--owner.Outstanding == 0)
                    ask.Peer.ActiveSessions--;
                ask.Peer.OutstandingBlocks--;
                ask.Peer.OutstandingBytes -= ask.ExpectedBytes;
                ask.Want.ActiveBlocks--;
            }
        }

        if (ask.IsOverdueBlock)
            ask.Peer.OverdueBlocks--;
        ask.State = state;
        if (ask.IsOverdueBlock)
            ask.Peer.OverdueBlocks++;
    }

    /// <summary>Takes the want back from the peer, but remembers that it was asked.</summary>
    public void GiveUp(PeerAsk ask)
    {
        Settle(ask, AskState.GivenUp);
        Cancel(ask);
    }

    /// <summary>Forgets the ask.</summary>
    /// <param name="ask">Which.</param>
    /// <param name="isDelivered">Whether the peer has just sent the block, so that its want has ended by itself.</param>
    public void End(PeerAsk ask, bool isDelivered = false)
    {
        Settle(ask, AskState.Ended);
        ask.Want.Remove(ask);
        ask.Peer.Asks.Remove(ask.Want.Key);
        if (ask.Peer.HasLeft)
            return;
        // A block that was delivered may come once more: a small one is sent for both "do you have it" and "send it". For the same reason whoever was only asked whether it has the block may send it.
        if (isDelivered)
            ask.IsOnWire = false;
        if (isDelivered || ask.TimesSaid > 0)
            Remember(ask, isDelivered ? ask.TimesSaid - 1 : ask.TimesSaid);
        Cancel(ask);
    }

    /// <summary>Forgets what a peer was asked for in vain, so that it can be asked anew.</summary>
    /// <returns>Whether it was.</returns>
    public bool Forget(ClientPeer peer, SessionWant want)
    {
        if (want.Want.AskOf(peer) is not { State: not AskState.Active } ask)
            return false;
        End(ask);
        return true;
    }

    /// <summary>Ends all asks for a block.</summary>
    /// <param name="want">The block.</param>
    /// <param name="deliveredBy">Who has just sent it.</param>
    public void EndAll(BlockWant want, ClientPeer? deliveredBy)
    {
        while (want.FirstAsk is { } ask)
            End(ask, ReferenceEquals(ask.Peer, deliveredBy));
    }

    /// <summary>Has what is pending for a peer sent, if nothing is being sent.</summary>
    public void Flush(ClientPeer peer)
    {
        if (peer.IsSending || peer.HasLeft || !peer.Wants.HasPending)
            return;
        peer.IsSending = true;
        gate.Outbox.Add(peer);
    }

    /// <summary>When an ask is taken for unanswered, counted from <see cref="PeerAsk.AwaitedSince"/>.</summary>
    public static double TimeoutOf(PeerAsk ask) =>
        ask.Kind == WantKind.Have ? ask.Peer.Estimates.PresenceTimeout : ask.Peer.Estimates.BlockTimeout(ask.AheadBytes);

    private PeerAsk? Prepare(ClientPeer peer, SessionWant want)
    {
        if (!peer.Asks.TryGetValue(want.Want.Key, out var ask))
        {
            if (peer.Asks.Count >= options.MaxWantsPerPeer)
                return null;
            ask = new PeerAsk(peer, want.Want) { State = AskState.Ended };
            peer.Asks.Add(want.Want.Key, ask);
            want.Want.Add(ask);
        }

        Settle(ask, AskState.Ended);
        ask.Priority = want.Priority;
        return ask;
    }

    private void Begin(PeerAsk ask, double timeout)
    {
        var now = clock.Now;
        (ask.State, ask.AskedAt, ask.AwaitedSince) = (AskState.Active, now, now);
        ask.Peer.Awaiting.Add(ask);
        ask.Peer.Wants.Want(ask);
        Flush(ask.Peer);
        var due = now + timeout;
        if (due < ask.Peer.NextDue)
        {
            ask.Peer.NextDue = due;
            timer.Schedule(due, now);
        }
    }

    private void Cancel(PeerAsk ask)
    {
        ask.Peer.Wants.Cancel(ask);
        Flush(ask.Peer);
    }

    private void Remember(PeerAsk ask, int copies)
    {
        var now = clock.Now;
        ask.Peer.Late.Add(ask.Want.Key, ask.Owner?.Session, Math.Max(1, copies), now);
        var due = ask.Peer.Late.NextDue;
        if (due < ask.Peer.NextDue)
        {
            ask.Peer.NextDue = due;
            timer.Schedule(due, now);
        }
    }
}
