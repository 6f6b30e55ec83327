using IpfsKit.Bitswap.Messages;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>What follows from answers of peers, and from answers that do not come: a "no" that the client says in the peer's place (the simulated DONT_HAVE). Guarded by the client's gate.</summary>
/// <remarks>
/// A want whose time is over goes to the next peer at once, but is taken back from the first only when the next was asked: with nobody else, a late answer is better than none. A peer that sent nothing at all in that time loses
/// everything that is awaited of it, so that a dead peer costs one timeout and not one for each block; if it had delivered before, it loses what is needed first, and the rest when it stays silent as long again.
/// </remarks>
internal sealed class PeerMonitor(ClientParts parts, Action<PeerId, PeerFailure> observe)
{
    /// <summary>After so many waits in vain, without a block between them, a peer leaves a session.</summary>
    private const int TimeoutsBeforeLeaving = 3;

    /// <summary>How often a peer is told of a want at most, but for the rounds of <see cref="SessionDiscovery"/>.</summary>
    private const int TimesToSay = 3;

    /// <summary>How many blocks of a peer that went silent are asked of others before it is taken for dead.</summary>
    private const int MostUrgent = 4;

    private const double Tolerance = 1e-6;

    /// <summary>After how long it is looked again whether what came was hashed.</summary>
    private const double VerifyingSeconds = 0.05;

    private readonly List<PeerAsk> _late = [];
    private readonly HashSet<BitswapSession> _concerned = [];
    private double _stalledUntil;

    /// <summary>A peer said whether it has a block.</summary>
    public void OnPresence(PeerAsk ask, bool isHere)
    {
        var now = parts.Clock.Now;
        ask.Peer.SuspectedAt = double.NegativeInfinity;
        if (ask.State == AskState.Active)
            ask.Peer.Estimates.OnPresence(now - ask.AskedAt, ask.WasIdle);
        if (isHere)
            OnHave(ask);
        else
            OnDontHave(ask);
    }

    /// <summary>A peer that owes blocks sent another: whoever has nobody else to ask for what was lost asks again, and need not wait for the next round.</summary>
    /// <param name="peer">Which.</param>
    /// <param name="concerned">Gets the sessions that asked.</param>
    public void OnOvertaken(ClientPeer peer, HashSet<BitswapSession> concerned)
    {
        foreach (var member in peer.Sessions)
        {
            member.Measure();
            for (var want = member.Session.Wants.Stranded.First; want is not null && member.HasRoom;)
            {
                var next = want.Next;
                if (want.Want.AskOf(peer) is { IsOverdueBlock: true, IsOvertaken: true, TimesSaid: < TimesToSay } && parts.Asks.AskForBlock(member, want))
                {
                    member.Session.Wants.Stranded.Remove(want);
                    concerned.Add(member.Session);
                }

                want = next;
            }
        }
    }

    /// <summary>Nothing could come until now, for reasons that are not the peers'.</summary>
    public void OnStalled() => _stalledUntil = parts.Clock.Now;

    /// <summary>Something may be late.</summary>
    public void OnDue(ClientPeer peer)
    {
        var now = parts.Clock.Now;
        if (parts.Budget.IsExhausted)
            OnStalled();
        peer.Late.Expire(now);
        _late.Clear();
        for (var ask = peer.Awaiting.First; ask is not null; ask = ask.Next)
        {
            if (DueOf(ask) <= now + Tolerance)
                _late.Add(ask);
        }

        if (_late.Count > 0)
            OnLate(peer, now);
        peer.NextDue = peer.Late.NextDue;
        for (var ask = peer.Awaiting.First; ask is not null; ask = ask.Next)
            peer.NextDue = Math.Min(peer.NextDue, DueOf(ask));
    }

    private double DueOf(PeerAsk ask)
    {
        var timeout = AskBook.TimeoutOf(ask);
        var since = Math.Max(Math.Max(ask.AwaitedSince, _stalledUntil), ask.Peer.SuspectedAt);
        if (ask.Kind == WantKind.Have)
            return since + timeout;
        if (ask.Peer.Verifying > 0)
            return parts.Clock.Now + VerifyingSeconds;
        if (ask.IsOvertaken)
            return since + timeout;
        // While the peer delivers other blocks, it may only have another order in mind; but not for ever.
        return Math.Min(Math.Max(since, ask.Peer.Estimates.LastArrival) + timeout, since + (2 * timeout) + 1);
    }

    private void OnLate(ClientPeer peer, double now)
    {
        var first = _late.Find(static ask => ask.Kind == WantKind.Block);
        var isSilent = first is not null && peer.Estimates.LastArrival < first.AwaitedSince;
        if (first is not null)
        {
            observe(peer.Id, first.WasPromised ? PeerFailure.BrokenPromise : PeerFailure.Timeout);
            if (isSilent && peer.Estimates.KnowsRate && double.IsNegativeInfinity(peer.SuspectedAt))
                Suspect(peer, now);
            else
                AddLate(peer, first, isSilent);
        }

        _concerned.Clear();
        foreach (var ask in _late)
        {
            if (ask.Owner is { } owner && _concerned.Add(owner.Session))
                owner.OnTimeout(isSilent);
            AskBook.Settle(ask, AskState.Overdue);
            BitswapClient.Reopen(ask.Want);
            for (var want = ask.Want.FirstSession; want is not null; want = want.NextOfWant)
                _concerned.Add(want.Session);
        }

        foreach (var member in peer.Sessions.ToArray())
            LeaveIfUseless(member);
        foreach (var session in _concerned)
            session.Pump();
        foreach (var member in peer.Sessions.ToArray())
            Probe(member);
    }

    /// <summary>A peer that delivered before may only be busy: what is needed first is given to others, the rest when it stays silent for as long again.</summary>
    private void Suspect(ClientPeer peer, double now)
    {
        peer.SuspectedAt = now;
        _late.RemoveAll(static ask => ask.Kind == WantKind.Block);
        var count = 0;
        for (var ask = peer.Awaiting.First; ask is not null && count < MostUrgent; ask = ask.Next)
        {
            if (ask.Kind != WantKind.Block)
                continue;
            _late.Add(ask);
            count++;
        }
    }

    /// <summary>All that is awaited is late if nothing came at all; else, with a block that was overtaken, all that were.</summary>
    private void AddLate(ClientPeer peer, PeerAsk first, bool isSilent)
    {
        for (var ask = peer.Awaiting.First; ask is not null; ask = ask.Next)
        {
            if (ask.Kind == WantKind.Block && (isSilent || (first.IsOvertaken && ask.IsOvertaken)) && !_late.Contains(ask))
                _late.Add(ask);
        }
    }

    /// <summary>
    /// Asks a peer again for the last of what it owes, if nobody has anything else to be asked of it: if it only stalled, that costs a block; if it has lost what it was asked for, its answer shows what (<see cref="OnOvertaken"/>). Ends when
    /// the peer leaves the session.
    /// </summary>
    private void Probe(SessionPeer member)
    {
        if (member.Outstanding > 0 || !member.Peer.Estimates.KnowsLatency || member.Peer.OverdueBlocks == 0)
            return;
        SessionWant? last = null;
        for (var want = member.Session.Wants.Stranded.First; want is not null; want = want.Next)
        {
            if (want.Priority < (last?.Priority ?? int.MaxValue) && want.Want.AskOf(member.Peer) is { IsOverdueBlock: true })
                last = want;
        }

        if (last is not null && parts.Asks.AskForBlock(member, last))
            member.Session.Wants.Stranded.Remove(last);
    }

    private static void OnHave(PeerAsk ask)
    {
        ask.WasPromised = true;
        // A want-block is under way: it is no news that the peer has it.
        if (ask is { State: AskState.Active, Kind: WantKind.Block })
            return;
        if (ask.State is AskState.Ended or AskState.GivenUp)
            return;
        AskBook.Settle(ask, AskState.Promised);
        for (var want = ask.Want.FirstSession; want is not null;)
        {
            var next = want.NextOfWant;
            want.Session.OnHave(want, ask.Peer);
            want = next;
        }
    }

    private static void OnDontHave(PeerAsk ask)
    {
        var wasActive = ask.State == AskState.Active;
        if (!wasActive && ask.State is not (AskState.Promised or AskState.Overdue))
            return;
        AskBook.Settle(ask, AskState.Refused);
        ask.WasPromised = false;
        BitswapClient.Reopen(ask.Want);
        if (wasActive)
        {
            foreach (var member in ask.Peer.Sessions.ToArray())
            {
                if (member.Session.Wants.Find(ask.Want.Key) is null)
                    continue;
                member.OnMiss();
                LeaveIfUseless(member);
            }
        }

        for (var want = ask.Want.FirstSession; want is not null;)
        {
            var next = want.NextOfWant;
            want.Session.Pump();
            want = next;
        }
    }

    private static void LeaveIfUseless(SessionPeer member)
    {
        // What is on its way from a peer that lacks the rest is not taken back: it would come all the same.
        if ((member.MissesInARow >= member.Session.Options.MissesBeforeLeaving && member.Outstanding == 0) || member.TimeoutsInARow >= TimeoutsBeforeLeaving)
            member.Session.Members.Remove(member);
    }
}
