using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>A session's searches for providers, one at a time: in each round of the root first, then of the blocks that are missing. Guarded by the client's gate.</summary>
/// <param name="session">For whom.</param>
/// <param name="client">Its client.</param>
/// <param name="parts">What the client consists of.</param>
/// <param name="found">Told of each provider; gate.</param>
internal sealed class ProviderSearch(BitswapSession session, BitswapClient client, ClientParts parts, Action<PeerInfo> found)
{
    private int _rootRound;
    private Action? _cancel;

    /// <summary>Whether a search is under way.</summary>
    public bool IsUnderWay => _cancel is not null;

    /// <summary>Whether there is nothing to be searched for in a round any more.</summary>
    public bool IsDone(SessionWant want, int round) =>
        parts.Finder is null || (!IsUnderWay && _rootRound >= round && (want.SearchRound >= round || want.Want.Cid == session.Root));

    /// <summary>Begins a search, if none is under way and there is something to be searched for that was not in this round.</summary>
    /// <param name="want">What is missing.</param>
    /// <param name="round">The round.</param>
    public bool TryBegin(SessionWant want, int round)
    {
        if (parts.Finder is not { } finder || IsUnderWay)
            return false;
        Cid cid;
        if (_rootRound < round)
            (cid, _rootRound) = (session.Root, round);
        else if (want.SearchRound < round && want.Want.Cid != session.Root)
            cid = want.Want.Cid;
        else
            return false;
        if (cid == want.Want.Cid)
            want.SearchRound = round;
        // Never disposed, as it is cancelled from elsewhere and has neither a timer nor a parent.
        var search = new CancellationTokenSource();
        _cancel = search.Cancel;
        parts.Gate.Outbox.Add(() => client.Run(() => SearchAsync(finder, cid, search.Token)));
        return true;
    }

    /// <summary>Ends the search.</summary>
    public void Cancel()
    {
        // Its callbacks are not ours: they run when the gate is open.
        if (_cancel is { } cancel)
            parts.Gate.Outbox.Add(cancel);
    }

    private async Task SearchAsync(IProviderFinder finder, Cid cid, CancellationToken cancellationToken)
    {
        try
        {
            await client.Reach.FindAsync(finder, cid, session.Options.MaxProviders, Found, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            using (parts.Gate.Enter())
            {
                _cancel = null;
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
            found(info);
            session.Pump();
        }
    }
}
