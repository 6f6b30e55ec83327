namespace IpfsKit.Bitswap.Client;

/// <summary>Asks connected peers whether they have what a session finds nobody for: each of them about each want once a round. Guarded by the client's gate.</summary>
internal sealed class PresenceBroadcast(BitswapSession session, BitswapClient client, AskBook asks)
{
    /// <summary>The most wants that are asked about at a time.</summary>
    public const int MostWants = 64;

    /// <summary>Asks the peers of the session, as of the second round that a want sees, and those that are worth asking.</summary>
    public void AskNear(int round)
    {
        if (Unasked(static want => want.AskedRound, round) is not { Count: > 0 } wants)
            return;
        var peers = session.Members.All.ConvertAll(static member => member.Peer);
        if (!session.Settings.OnlyThesePeers)
            peers.AddRange(client.Peers.Where(peer => peer.IsWorthAsking && !peers.Contains(peer)).Take(session.Options.MaxBroadcastPeers));
        Ask(peers, wants, static want => want.AskedRound, static (want, round) => want.AskedRound = round, round);
    }

    /// <summary>Asks others who are connected.</summary>
    public void AskStrangers(int round)
    {
        if (Unasked(static want => want.StrangersRound, round) is not { Count: > 0 } wants)
            return;
        var peers = client.Peers.Where(static peer => !peer.IsWorthAsking).Take(session.Options.MaxBroadcastStrangers).ToList();
        Ask(peers, wants, static want => want.StrangersRound, static (want, round) => want.StrangersRound = round, round);
    }

    /// <summary>Asks a peer that has come.</summary>
    public void AskNewcomer(ClientPeer peer) => Ask([peer], Unasked(static _ => 0, 1), static _ => 0, static (_, _) => { }, 1);

    private List<SessionWant> Unasked(Func<SessionWant, int> lastRound, int round)
    {
        var wants = new List<SessionWant>();
        var count = 0;
        for (var want = session.Wants.Stranded.First; want is not null && count < MostWants; want = want.Next, count++)
        {
            if (lastRound(want) < round)
                wants.Add(want);
        }

        return wants;
    }

    private void Ask(List<ClientPeer> peers, List<SessionWant> wants, Func<SessionWant, int> lastRound, Action<SessionWant, int> setRound, int round)
    {
        peers.RemoveAll(peer => session.Members.IsBanned(peer.Id));
        foreach (var want in wants)
        {
            // Who said no, or nothing, is asked again when it is another round's turn.
            var again = lastRound(want) > 0;
            var (isAsked, isFree) = (true, false);
            foreach (var peer in peers)
            {
                if (peer.HasPresences)
                    isAsked &= asks.AskForPresence(peer, want, again) || want.Want.AskOf(peer) is not null;
                else if (again)
                    isFree |= asks.Forget(peer, want);
            }

            if (isAsked)
                setRound(want, round);
            if (isFree)
                session.Wants.Queue.AddLast(want);
        }

        // One that cannot say what it has joins the session, to be asked for the blocks.
        foreach (var peer in peers)
        {
            if (!peer.HasPresences)
                session.Join(peer);
        }
    }
}
