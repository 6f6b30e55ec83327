using IpfsKit.Bitswap.Messages;

namespace IpfsKit.Bitswap.Client;

/// <summary>Decides who of a session's peers is asked for what. Guarded by the client's gate.</summary>
/// <remarks>
/// A want is given to a peer as late as possible: only when there is room in the peer's window, which is as large as what the peer delivers in its latency and some slack. So fast peers get more, slow ones less, and little has to be taken
/// back when one of them stops. Of the peers with room the one gets the want that is expected to finish it first; none gets it if a busy peer would still finish it much sooner.
/// </remarks>
internal sealed class SessionScheduler(BitswapSession session, AskBook asks, ClientClock clock)
{
    /// <summary>The most wants that one pass looks at for which there is no free peer.</summary>
    private const int MostSkipped = 256;

    /// <summary>The most questions to a peer that is unlikely to have a block.</summary>
    private const int MostProbes = 4;

    private const double WorthWaiting = 4;
    private const double WorthWaitingSlack = 0.25;

    /// <summary>Gives out as many wants as there is room for.</summary>
    public void Dispatch()
    {
        if (session.Wants.Queue.Count == 0)
            return;
        var peers = session.Members.All;
        foreach (var peer in peers)
            peer.Measure();
        var skipped = 0;
        for (var want = session.Wants.Queue.First; want is not null && skipped < MostSkipped;)
        {
            var next = want.Next;
            if (want.Want.ActiveBlocks > 0)
            {
                // Another session has asked.
                session.Wants.Queue.Remove(want);
            }
            else if (Choose(want, out var isHopeless) is { } best && asks.AskForBlock(best, want))
            {
                session.Wants.Queue.Remove(want);
                Abandon(want, best.Peer);
                FanOut(want);
            }
            else if (isHopeless)
            {
                session.Wants.Stranded.AddLast(want);
            }
            else
            {
                if (!Probe(want) && !AnyFree(peers))
                    break;
                skipped++;
            }

            want = next;
        }
    }

    private static bool AnyFree(List<SessionPeer> peers)
    {
        foreach (var peer in peers)
        {
            if (peer.IsFree)
                return true;
        }

        return false;
    }

    /// <summary>The best peer that has room.</summary>
    /// <param name="want">For what.</param>
    /// <param name="isHopeless">Whether every peer was asked in vain.</param>
    private SessionPeer? Choose(SessionWant want, out bool isHopeless)
    {
        var now = clock.Now;
        var (free, freeCost, anyCost) = ((SessionPeer?)null, double.PositiveInfinity, double.PositiveInfinity);
        isHopeless = true;
        foreach (var peer in session.Members.All)
        {
            var ask = want.Want.AskOf(peer.Peer);
            if (ask is { State: AskState.Refused or AskState.Overdue or AskState.GivenUp })
                continue;
            isHopeless = false;
            var isPromised = ask?.State == AskState.Promised;
            if (!isPromised && peer.Likelihood < SessionPeer.LeastLikelihood && peer.Peer.HasPresences)
                continue;
            var miss = isPromised ? 0 : 2 * (1 - peer.Likelihood) * peer.Peer.Estimates.Latency;
            var cost = peer.Peer.Expect(session.ExpectedBytes, now) + miss;
            anyCost = Math.Min(anyCost, cost);
            if (cost < freeCost && peer.IsFree)
                (free, freeCost) = (peer, cost);
        }

        return freeCost <= (WorthWaiting * anyCost) + WorthWaitingSlack ? free : null;
    }

    /// <summary>Takes a want back from peers that did not answer in time, as another is asked now.</summary>
    private void Abandon(SessionWant want, ClientPeer askedNow)
    {
        for (var ask = want.Want.FirstAsk; ask is not null; ask = ask.NextOfWant)
        {
            if (ask is { State: AskState.Overdue, Kind: WantKind.Block } && !ReferenceEquals(ask.Peer, askedNow))
                asks.GiveUp(ask);
        }
    }

    /// <summary>Asks the peers of which nothing is known yet whether they have the block that another is asked for.</summary>
    private void FanOut(SessionWant want)
    {
        var left = session.Options.MaxFanOut;
        for (var i = 0; i < session.Members.All.Count && left > 0; i++)
        {
            var peer = session.Members.All[i];
            if (peer.IsProbed || !asks.AskForPresence(peer.Peer, want))
                continue;
            peer.IsProbed = true;
            left--;
        }
    }

    /// <summary>Asks peers that are unlikely to have a waiting block whether they have it.</summary>
    private bool Probe(SessionWant want)
    {
        var hasAsked = false;
        foreach (var peer in session.Members.All)
        {
            if (peer.Likelihood < SessionPeer.LeastLikelihood && peer.IsFree && Probes(peer.Peer) < MostProbes)
                hasAsked |= asks.AskForPresence(peer.Peer, want);
        }

        return hasAsked;
    }

    private static int Probes(ClientPeer peer)
    {
        var count = 0;
        for (var ask = peer.Awaiting.First; ask is not null && count < MostProbes; ask = ask.Next)
        {
            if (ask.Kind == WantKind.Have)
                count++;
        }

        return count;
    }
}
