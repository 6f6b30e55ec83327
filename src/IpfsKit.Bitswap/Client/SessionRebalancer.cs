using IpfsKit.Bitswap.Messages;

namespace IpfsKit.Bitswap.Client;

/// <summary>The end game of a session: when nothing is left to be given out and a peer has room, it takes over what would come late from another. Guarded by the client's gate.</summary>
/// <remarks>
/// What the slow peer has certainly not begun to send is taken back from it, which costs nothing. What it may be sending is asked of both, and taken back from the one that comes second: that may cost a duplicate, so it is done only
/// for blocks that are late by their own peer's measure, and as often as one in a hundred blocks allows. Duplicates that come of anything else count against that, too: where peers are not as slow as they were taken for, nothing is moved.
/// </remarks>
internal sealed class SessionRebalancer(BitswapSession session, AskBook asks, ClientClock clock)
{
    private const double HedgesPerBlock = 0.01;
    private const double MostHedges = 8;
    private const double Margin = 0.05;
    private const double Reaction = 0.1;
    private const int MostMoves = 32;

    private double _hedges = 1;
    private long _hedged;
    private long _duplicates;

    /// <summary>A block came.</summary>
    public void OnBlock() => _hedges = Math.Min(MostHedges, _hedges + HedgesPerBlock);

    /// <summary>A block came once more.</summary>
    public void OnDuplicate()
    {
        // Those that were asked of two are paid for.
        if (++_duplicates > _hedged)
            _hedges = Math.Max(-MostHedges, _hedges - 1);
    }

    /// <summary>Moves what should be moved.</summary>
    public void Run()
    {
        if (session.Wants.Queue.Count > 0 || session.Members.All.Count < 2 || _hedges < 0)
            return;
        foreach (var peer in session.Members.All)
            peer.Measure();
        for (var moves = 0; moves < MostMoves; moves++)
        {
            if (!MoveOne())
                return;
        }
    }

    private bool MoveOne()
    {
        var now = clock.Now;
        var (latest, latestRemaining, taker) = (default(Victim), 0.0, (SessionPeer?)null);
        foreach (var slow in session.Members.All)
        {
            if (slow.Outstanding == 0)
                continue;
            var rate = slow.Peer.RateNow(now);
            var ahead = 0L;
            for (var ask = slow.Peer.Awaiting.First; ask is not null; ask = ask.Next)
            {
                if (ask.Kind != WantKind.Block)
                    continue;
                var victim = new Victim(ask, ahead / rate, Remaining(ask, ahead, rate, now, out var isLate), isLate);
                ahead += ask.ExpectedBytes;
                if (victim.Remaining <= latestRemaining || !ReferenceEquals(ask.Owner, slow) || ask.Want.ActiveBlocks > 1 || !(victim.CanBeTaken || (victim.IsLate && _hedges >= 1)))
                    continue;
                if (FindTaker(ask, victim.Remaining, now) is { } found)
                    (latest, latestRemaining, taker) = (victim, victim.Remaining, found);
            }
        }

        return taker is not null && Move(latest, taker);
    }

    private static double Remaining(PeerAsk ask, long ahead, double rate, double now, out bool isLate)
    {
        var elapsed = now - ask.AwaitedSince;
        var estimates = ask.Peer.Estimates;
        var remaining = Math.Max(0, estimates.Latency - elapsed) + ((ahead + ask.ExpectedBytes) / rate);
        // What is late may take as long again.
        isLate = elapsed > (2 * estimates.Expect(ask.AheadBytes)) + Margin;
        return isLate ? Math.Max(remaining, elapsed) : remaining;
    }

    private SessionPeer? FindTaker(PeerAsk ask, double remaining, double now)
    {
        var (best, bestCost) = ((SessionPeer?)null, double.PositiveInfinity);
        foreach (var peer in session.Members.All)
        {
            if (ReferenceEquals(peer.Peer, ask.Peer) || !peer.HasRoom || peer.TimeoutsInARow > 0)
                continue;
            var state = ask.Want.AskOf(peer.Peer)?.State;
            if (state is AskState.Refused or AskState.Overdue or AskState.GivenUp || (state != AskState.Promised && peer.Likelihood < 2 * SessionPeer.LeastLikelihood))
                continue;
            var cost = peer.Peer.Expect(ask.ExpectedBytes, now);
            if (cost < bestCost)
                (best, bestCost) = (peer, cost);
        }

        return remaining > (2 * bestCost) + Margin ? best : null;
    }

    private bool Move(in Victim victim, SessionPeer taker)
    {
        if (session.Wants.Find(victim.Ask.Want.Key) is not { } want)
            return false;
        if (victim.CanBeTaken)
        {
            asks.GiveUp(victim.Ask);
            if (asks.AskForBlock(taker, want))
                return true;
            session.Wants.Queue.AddFirst(want);
            return false;
        }

        _hedges--;
        _hedged++;
        return asks.AskForBlock(taker, want);
    }

    private readonly record struct Victim(PeerAsk Ask, double StartsIn, double Remaining, bool IsLate)
    {
        /// <summary>Whether the cancel arrives before the peer begins to send.</summary>
        public bool CanBeTaken => StartsIn > Ask.Peer.Estimates.Latency + Reaction;
    }
}
