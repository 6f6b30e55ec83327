using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>Finds peers for wants that no peer of the session can be asked for any more. Guarded by the client's gate.</summary>
/// <remarks>
/// It goes in rounds. In each, step by step and no longer than something is missing:
/// <list type="number">
/// <item>Peers that were given or found are connected to; for a second nobody else is bothered meanwhile.</item>
/// <item>Connected peers that are worth asking are asked whether they have the blocks: near ones, preferred ones, and those that delivered before.</item>
/// <item>When none of them is worth asking, or all have said no or nothing in their time, providers are searched for: of the root first, then of the block.</item>
/// <item>After a delay, or at once when nobody is left to be asked, some of the other connected peers are asked.</item>
/// <item>After a while the next round begins, which asks everybody again; rounds become longer.</item>
/// </list>
/// </remarks>
internal sealed class SessionDiscovery(BitswapSession session, BitswapClient client, ClientParts parts)
{
    /// <summary>The most wants that are asked about in a round.</summary>
    private const int WantsPerRound = 64;

    private const double LongestRound = 60;
    private const double PatienceForGiven = 1;

    private readonly Dictionary<PeerId, PeerInfo> _known = [];
    private readonly Queue<PeerInfo> _toConnect = new();
    private readonly HashSet<PeerId> _connecting = [];
    private int _round;
    private double _roundStart;
    private double _roundSeconds;
    private bool _isInRound;
    private bool _strangersAsked;
    private bool _rootSearched;
    private Action? _cancelSearch;

    /// <summary>When the next step is due; positive infinity if none is.</summary>
    public double NextDue { get; private set; } = double.PositiveInfinity;

    /// <summary>Adds a peer that may have the content. It is not connected to before something is wanted.</summary>
    public void Add(PeerInfo info)
    {
        if (_known.Count >= 4 * session.Options.MaxPeersPerSession && !_known.ContainsKey(info.PeerId))
            return;
        _known[info.PeerId] = info;
        if (client.FindPeer(info.PeerId) is { } peer)
            session.Join(peer);
        else if (!_connecting.Contains(info.PeerId))
            _toConnect.Enqueue(info);
        Connect();
    }

    /// <summary>Whether a peer was given or found.</summary>
    public bool Knows(PeerId peer) => _known.ContainsKey(peer);

    /// <summary>A peer of the session has left: it is connected to again, once a round.</summary>
    public void OnLeft(PeerId peer)
    {
        if (_known.TryGetValue(peer, out var info) && !_toConnect.Contains(info))
            _toConnect.Enqueue(info);
    }

    /// <summary>A block came: what is missing next is looked for at once, not when the next round is due.</summary>
    public void OnProgress()
    {
        _roundSeconds = 0;
        if (session.Stranded.Count == 0)
            EndRound();
    }

    /// <summary>Nothing is wanted any more.</summary>
    public void OnIdle()
    {
        EndRound();
        // Its callbacks are not ours: they run when the gate is open.
        if (_cancelSearch is { } cancel)
            parts.Gate.Outbox.Add(cancel);
    }

    /// <summary>A peer has come that was not looked for.</summary>
    public void OnJoined(ClientPeer peer)
    {
        if (_isInRound && !session.Settings.OnlyThesePeers && peer.IsWorthAsking)
            Ask(peer, again: false);
    }

    /// <summary>Takes the next step, if one is due.</summary>
    public void Check()
    {
        NextDue = double.PositiveInfinity;
        if (session.Stranded.Count == 0 || session.IsEnded)
            return;
        var now = parts.Clock.Now;
        if (!_isInRound || now >= _roundStart + _roundSeconds)
            BeginRound(now);
        Connect();
        NextDue = _roundStart + _roundSeconds;
        if (_connecting.Count + _toConnect.Count > 0 && now < _roundStart + PatienceForGiven)
        {
            NextDue = _roundStart + PatienceForGiven;
            return;
        }

        if (session.Settings.OnlyThesePeers)
            return;
        Broadcast();
        var isSearching = Search();
        if (_strangersAsked)
            return;
        var due = _roundStart + session.Options.StrangerDelay.TotalSeconds;
        if (now >= due || (!isSearching && FirstUnanswered() is not null))
            AskStrangers();
        else
            NextDue = Math.Min(NextDue, due);
    }

    private void BeginRound(double now)
    {
        if (_isInRound)
        {
            // Who did not have it before is asked again, and who could not be reached is tried again.
            foreach (var info in _known.Values)
            {
                if (client.FindPeer(info.PeerId) is { } peer)
                    session.Join(peer);
                else if (!_connecting.Contains(info.PeerId) && !_toConnect.Contains(info))
                    _toConnect.Enqueue(info);
            }

            foreach (var peer in session.Peers.ToArray())
                Ask(peer.Peer, again: true);
        }

        var interval = session.Options.RebroadcastInterval.TotalSeconds;
        _roundSeconds = _roundSeconds == 0 ? interval : Math.Min(2 * _roundSeconds, Math.Max(LongestRound, interval));
        (_isInRound, _roundStart, _strangersAsked, _rootSearched) = (true, now, false, false);
        _round++;
    }

    private void EndRound()
    {
        _isInRound = false;
        _roundSeconds = 0;
        NextDue = double.PositiveInfinity;
    }

    private void Connect()
    {
        while (session.Wants > 0 && !session.IsEnded && _connecting.Count < session.Options.MaxConcurrentConnects && _toConnect.TryDequeue(out var info))
        {
            if (!_connecting.Add(info.PeerId))
                continue;
            parts.Gate.Outbox.Add(() => client.Run(() => ConnectAsync(info)));
        }
    }

    private async Task ConnectAsync(PeerInfo info)
    {
        var peer = await client.ConnectAsync(info, session.Ended).ConfigureAwait(false);
        using (parts.Gate.Enter())
        {
            _connecting.Remove(info.PeerId);
            if (session.IsEnded)
                return;
            if (peer is not null && client.FindPeer(peer.Id) is { } joined)
                session.Join(joined);
            session.Pump();
        }
    }

    private void Broadcast()
    {
        var left = session.Options.MaxBroadcastPeers;
        if (!HasUnasked())
            return;
        foreach (var peer in client.Peers)
        {
            if (!peer.IsWorthAsking)
                continue;
            if (left-- == 0)
                break;
            Ask(peer, again: _round > 1);
        }

        var count = 0;
        for (var want = session.Stranded.First; want is not null && count < WantsPerRound; want = want.Next, count++)
            want.BroadcastRound = _round;
    }

    private void AskStrangers()
    {
        _strangersAsked = true;
        var left = session.Options.MaxBroadcastStrangers;
        foreach (var peer in client.Peers)
        {
            if (peer.IsWorthAsking)
                continue;
            if (left-- == 0)
                break;
            Ask(peer, again: _round > 1);
        }
    }

    private bool HasUnasked()
    {
        var count = 0;
        for (var want = session.Stranded.First; want is not null && count < WantsPerRound; want = want.Next, count++)
        {
            if (want.BroadcastRound < _round)
                return true;
        }

        return false;
    }

    /// <summary>Asks a peer whether it has what is missing; one that cannot say so joins the session, to be asked for the blocks.</summary>
    private void Ask(ClientPeer peer, bool again)
    {
        if (session.IsBanned(peer.Id))
            return;
        if (!peer.HasPresences)
        {
            if (again)
                Forget(peer);
            session.Join(peer);
            return;
        }

        var count = 0;
        for (var want = session.Stranded.First; want is not null && count < WantsPerRound; want = want.Next, count++)
            parts.Asks.AskForPresence(peer, want, again);
    }

    private void Forget(ClientPeer peer)
    {
        for (var want = session.Stranded.First; want is not null;)
        {
            var next = want.Next;
            if (want.Want.AskOf(peer) is { State: not AskState.Active } ask)
            {
                parts.Asks.End(ask);
                session.Queue.AddLast(want);
            }

            want = next;
        }
    }

    private SessionWant? FirstUnanswered()
    {
        var count = 0;
        var want = session.Stranded.First;
        while (want is not null && count++ < WantsPerRound && want.Want.IsAwaited)
            want = want.Next;
        return count > WantsPerRound ? null : want;
    }

    /// <summary>Searches if it is time to.</summary>
    /// <returns>Whether a search goes on.</returns>
    private bool Search()
    {
        if (parts.Finder is not { } finder || _cancelSearch is not null)
            return _cancelSearch is not null;
        if (FirstUnanswered() is not { } want)
            return false;
        Cid cid;
        if (!_rootSearched)
            (cid, _rootSearched) = (session.Root, true);
        else if (want.SearchRound < _round && want.Want.Cid != session.Root)
            cid = want.Want.Cid;
        else
            return false;
        if (cid == want.Want.Cid)
            want.SearchRound = _round;
        // Never disposed, as it is cancelled from elsewhere and has neither a timer nor a parent.
        var search = new CancellationTokenSource();
        _cancelSearch = search.Cancel;
        parts.Gate.Outbox.Add(() => client.Run(() => SearchAsync(finder, cid, search.Token)));
        return true;
    }

    private async Task SearchAsync(IProviderFinder finder, Cid cid, CancellationToken cancellationToken)
    {
        try
        {
            await client.FindAsync(finder, cid, session.Options.MaxProviders, Found, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            using (parts.Gate.Enter())
            {
                _cancelSearch = null;
                if (!session.IsEnded)
                    session.Pump();
            }
        }
    }

    private void Found(PeerInfo info)
    {
        using (parts.Gate.Enter())
        {
            if (session.IsEnded)
                return;
            Add(info);
            session.Pump();
        }
    }
}
