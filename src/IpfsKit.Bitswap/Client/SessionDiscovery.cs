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
internal sealed class SessionDiscovery
{
    /// <summary>The most wants that are asked about in a round.</summary>
    private const int WantsPerRound = 64;

    private const double LongestRound = 60;
    private const double PatienceForGiven = 1;

    private readonly BitswapSession _session;
    private readonly BitswapClient _client;
    private readonly ClientParts _parts;
    private readonly SessionConnector _connector;
    private readonly ProviderSearch _search;
    private int _round;
    private double _roundStart;
    private double _roundSeconds;
    private bool _isInRound;
    private bool _strangersAsked;

    public SessionDiscovery(BitswapSession session, BitswapClient client, ClientParts parts)
    {
        (_session, _client, _parts) = (session, client, parts);
        _connector = new SessionConnector(session, client, parts);
        _search = new ProviderSearch(session, client, parts, _connector.Add);
    }

    /// <summary>When the next step is due; positive infinity if none is.</summary>
    public double NextDue { get; private set; } = double.PositiveInfinity;

    private SessionWant? FirstStranded => _session.Wants.Stranded.First;

    /// <inheritdoc cref="SessionConnector.Add"/>
    public void Add(PeerInfo info) => _connector.Add(info);

    /// <inheritdoc cref="SessionConnector.Knows"/>
    public bool Knows(PeerId peer) => _connector.Knows(peer);

    /// <summary>A peer of the session has left: it is connected to again, once a round.</summary>
    public void OnLeft(PeerId peer) => _connector.OnLeft(peer);

    /// <summary>A block came: what is missing next is looked for at once, not when the next round is due.</summary>
    public void OnProgress()
    {
        _roundSeconds = 0;
        if (FirstStranded is null)
            EndRound();
    }

    /// <summary>Nothing is wanted any more.</summary>
    public void OnIdle()
    {
        EndRound();
        _search.Cancel();
    }

    /// <summary>A peer has come that was not looked for.</summary>
    public void OnJoined(ClientPeer peer)
    {
        if (_isInRound && !_session.Settings.OnlyThesePeers && peer.IsWorthAsking)
            Ask(peer, again: false);
    }

    /// <summary>Takes the next step, if one is due.</summary>
    public void Check()
    {
        NextDue = double.PositiveInfinity;
        if (FirstStranded is null || _session.IsEnded)
            return;
        var now = _parts.Clock.Now;
        if (!_isInRound || now >= _roundStart + _roundSeconds)
            BeginRound(now);
        _connector.Connect();
        NextDue = _roundStart + _roundSeconds;
        if (_connector.IsBusy && now < _roundStart + PatienceForGiven)
        {
            NextDue = _roundStart + PatienceForGiven;
            return;
        }

        if (_session.Settings.OnlyThesePeers)
            return;
        Broadcast();
        var isSearching = Search();
        if (_strangersAsked)
            return;
        var due = _roundStart + _session.Options.StrangerDelay.TotalSeconds;
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
            _connector.Retry();
            foreach (var peer in _session.Members.All.ToArray())
                Ask(peer.Peer, again: true);
        }

        var interval = _session.Options.RebroadcastInterval.TotalSeconds;
        _roundSeconds = _roundSeconds == 0 ? interval : Math.Min(2 * _roundSeconds, Math.Max(LongestRound, interval));
        (_isInRound, _roundStart, _strangersAsked) = (true, now, false);
        _round++;
    }

    private void EndRound()
    {
        _isInRound = false;
        _roundSeconds = 0;
        NextDue = double.PositiveInfinity;
    }

    private void Broadcast()
    {
        var left = _session.Options.MaxBroadcastPeers;
        if (!HasUnasked())
            return;
        foreach (var peer in _client.Peers)
        {
            if (!peer.IsWorthAsking)
                continue;
            if (left-- == 0)
                break;
            Ask(peer, again: _round > 1);
        }

        var count = 0;
        for (var want = FirstStranded; want is not null && count < WantsPerRound; want = want.Next, count++)
            want.BroadcastRound = _round;
    }

    private void AskStrangers()
    {
        _strangersAsked = true;
        var left = _session.Options.MaxBroadcastStrangers;
        foreach (var peer in _client.Peers)
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
        for (var want = FirstStranded; want is not null && count < WantsPerRound; want = want.Next, count++)
        {
            if (want.BroadcastRound < _round)
                return true;
        }

        return false;
    }

    /// <summary>Asks a peer whether it has what is missing; one that cannot say so joins the session, to be asked for the blocks.</summary>
    private void Ask(ClientPeer peer, bool again)
    {
        if (_session.Members.IsBanned(peer.Id))
            return;
        if (!peer.HasPresences)
        {
            if (again)
                Forget(peer);
            _session.Join(peer);
            return;
        }

        var count = 0;
        for (var want = FirstStranded; want is not null && count < WantsPerRound; want = want.Next, count++)
            _parts.Asks.AskForPresence(peer, want, again);
    }

    private void Forget(ClientPeer peer)
    {
        for (var want = FirstStranded; want is not null;)
        {
            var next = want.Next;
            if (want.Want.AskOf(peer) is { State: not AskState.Active } ask)
            {
                _parts.Asks.End(ask);
                _session.Wants.Queue.AddLast(want);
            }

            want = next;
        }
    }

    private SessionWant? FirstUnanswered()
    {
        var count = 0;
        var want = FirstStranded;
        while (want is not null && count++ < WantsPerRound && want.Want.IsAwaited)
            want = want.Next;
        return count > WantsPerRound ? null : want;
    }

    /// <summary>Searches if it is time to.</summary>
    /// <returns>Whether a search goes on.</returns>
    private bool Search() => _search.IsUnderWay || (FirstUnanswered() is { } want && _search.TryBegin(want, _round));
}
