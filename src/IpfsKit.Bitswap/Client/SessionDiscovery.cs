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
/// <item>A block of which all of them have said no, and for which nobody was found, is not found (<see cref="BitswapSessionOptions.NotFoundDelay"/>).</item>
/// <item>Else, after a while, the next round begins, which asks everybody again; rounds become longer.</item>
/// </list>
/// Rounds begin by the clock only. A peer that stalled and goes on sends what it was asked for before: to ask again with each of its blocks would fetch them twice.
/// </remarks>
internal sealed class SessionDiscovery
{
    private const double LongestRound = 60;
    private const double PatienceForGiven = 1;
    private const double Tolerance = 1e-6;

    private readonly BitswapSession _session;
    private readonly ClientParts _parts;
    private readonly SessionConnector _connector;
    private readonly ProviderSearch _search;
    private readonly PresenceBroadcast _broadcast;
    private double _begun = double.PositiveInfinity;
    private int _round;
    private double _roundStart;
    private double _roundSeconds;
    private bool _isInRound;
    private bool _asksStrangers;

    public SessionDiscovery(BitswapSession session, BitswapClient client, ClientParts parts)
    {
        (_session, _parts) = (session, parts);
        _connector = new SessionConnector(session, client, parts);
        _search = new ProviderSearch(session, client, parts, _connector.Add);
        _broadcast = new PresenceBroadcast(session, client, parts.Asks);
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

    /// <summary>A block came. What is missing next is looked for at once, and the rounds for what is missing already become short again.</summary>
    public void OnProgress()
    {
        if (FirstStranded is null)
            EndRound();
        else
            _roundSeconds = Math.Min(_roundSeconds, _session.Options.RebroadcastInterval.TotalSeconds);
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
            _broadcast.AskNewcomer(peer);
    }

    /// <summary>Takes the next step, if one is due.</summary>
    public void Check()
    {
        NextDue = double.PositiveInfinity;
        if (FirstStranded is not { } first || _session.IsEnded)
            return;
        _begun = Math.Min(_begun, first.Since);
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

        _broadcast.AskNear(_round);
        if (!_session.Settings.OnlyThesePeers)
            AskOthers(now);
        EndHopeless(now);
    }

    private void BeginRound(double now)
    {
        // Who could not be reached is tried again.
        if (_isInRound)
            _connector.Retry();
        var interval = _session.Options.RebroadcastInterval.TotalSeconds;
        _roundSeconds = _roundSeconds == 0 ? interval : Math.Min(2 * _roundSeconds, Math.Max(LongestRound, interval));
        (_isInRound, _roundStart, _asksStrangers) = (true, now, false);
        _round++;
    }

    private void EndRound()
    {
        _isInRound = false;
        _roundSeconds = 0;
        NextDue = double.PositiveInfinity;
    }

    private void AskOthers(double now)
    {
        var isUnanswered = Search();
        var due = _roundStart + _session.Options.StrangerDelay.TotalSeconds;
        _asksStrangers |= now >= due || (isUnanswered && !_search.IsUnderWay);
        if (_asksStrangers)
            _broadcast.AskStrangers(_round);
        else
            NextDue = Math.Min(NextDue, due);
    }

    /// <summary>Searches for providers of the first want of which everybody who was asked has said no, and that was not searched for in this round.</summary>
    /// <returns>Whether there is a want of which everybody has said no.</returns>
    private bool Search()
    {
        var (isUnanswered, count) = (false, 0);
        for (var want = FirstStranded; want is not null && count < PresenceBroadcast.MostWants && !_search.IsUnderWay; want = want.Next, count++)
        {
            if (want.Want.IsAwaited)
                continue;
            isUnanswered = true;
            _search.TryBegin(want, _round);
        }

        return isUnanswered;
    }

    /// <summary>Ends the wants of which everybody has said no.</summary>
    private void EndHopeless(double now)
    {
        if (_session.Settings.NotFoundDelay == Timeout.InfiniteTimeSpan || _connector.IsBusy || _search.IsUnderWay)
            return;
        var patience = _begun + _session.Settings.NotFoundDelay.TotalSeconds;
        var count = 0;
        for (var want = FirstStranded; want is not null && count < PresenceBroadcast.MostWants; count++)
        {
            var next = want.Next;
            var due = Math.Max(patience, HopelessAt(want));
            if (due <= now + Tolerance)
                _session.OnNotFound(want);
            else
                NextDue = Math.Min(NextDue, due);
            want = next;
        }
    }

    /// <summary>When a want can be said to be one that nobody has; positive infinity if it cannot yet.</summary>
    private double HopelessAt(SessionWant want)
    {
        if (want.AskedRound < _round || (!_session.Settings.OnlyThesePeers && (want.StrangersRound < _round || !_search.IsDone(want, _round))))
            return double.PositiveInfinity;
        if (_connector.HasUnasked(want))
            return double.PositiveInfinity;
        var at = double.NegativeInfinity;
        for (var ask = want.Want.FirstAsk; ask is not null; ask = ask.NextOfWant)
            at = Math.Max(at, NoAt(ask));
        return at;
    }

    /// <summary>When a peer can be taken for one that does not have the block. Silence is a no from those who were asked by the way, and none from those who are said to have it, or have shown that they have the DAG.</summary>
    private double NoAt(PeerAsk ask)
    {
        if (ask.State is AskState.Active or AskState.Promised)
            return double.PositiveInfinity;
        if (ask.State is not (AskState.Overdue or AskState.GivenUp))
            return double.NegativeInfinity;
        return ask.WasPromised || _connector.Knows(ask.Peer.Id) || _session.Members.Find(ask.Peer) is { HasHit: true } ? double.PositiveInfinity : ask.AskedAt + PeerEstimates.LeastSilence;
    }
}
