using IpfsKit.Bitswap.Network;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>Brings the peers that were given to a session or found for it into it: those that are connected at once, the others when they are, a few at a time. Guarded by the client's gate.</summary>
internal sealed class SessionConnector(BitswapSession session, BitswapClient client, ClientParts parts)
{
    private readonly Dictionary<PeerId, PeerInfo> _known = [];
    private readonly Queue<PeerInfo> _toConnect = new();
    private readonly HashSet<PeerId> _connecting = [];

    /// <summary>Whether somebody is still to be connected to.</summary>
    public bool IsBusy => _connecting.Count + _toConnect.Count > 0;

    /// <summary>Whether a peer was given or found.</summary>
    public bool Knows(PeerId peer) => _known.ContainsKey(peer);

    /// <summary>Whether a peer that was given or found, and is connected, was not asked for a block. It may have left the session, as it did not answer.</summary>
    public bool HasUnasked(SessionWant want)
    {
        foreach (var id in _known.Keys)
        {
            if (client.FindPeer(id) is { } peer && want.Want.AskOf(peer) is null && !session.Members.IsBanned(id))
                return true;
        }

        return false;
    }

    /// <summary>Adds a peer that may have the content. It is not connected to before something is wanted.</summary>
    public void Add(PeerInfo info)
    {
        if (_known.Count >= session.Members.MostKnown && !_known.ContainsKey(info.PeerId))
            return;
        _known[info.PeerId] = info;
        if (client.FindPeer(info.PeerId) is { } peer)
            session.Join(peer);
        else if (!_connecting.Contains(info.PeerId))
            _toConnect.Enqueue(info);
        Connect();
    }

    /// <summary>A peer of the session has left: it is connected to again when <see cref="Connect"/> is called next.</summary>
    public void OnLeft(PeerId peer)
    {
        if (_known.TryGetValue(peer, out var info) && !_toConnect.Contains(info))
            _toConnect.Enqueue(info);
    }

    /// <summary>All who are known are tried again.</summary>
    public void Retry()
    {
        foreach (var info in _known.Values)
        {
            if (client.FindPeer(info.PeerId) is { } peer)
                session.Join(peer);
            else if (!_connecting.Contains(info.PeerId) && !_toConnect.Contains(info))
                _toConnect.Enqueue(info);
        }
    }

    /// <summary>Begins to connect to those who wait for it, as far as there may be more at once.</summary>
    public void Connect()
    {
        while (session.Wants.Count > 0 && !session.IsEnded && _connecting.Count < session.Options.MaxConcurrentConnects && _toConnect.TryDequeue(out var info))
        {
            if (!_connecting.Add(info.PeerId))
                continue;
            parts.Gate.Outbox.Add(() => client.Run(() => ConnectAsync(info)));
        }
    }

    private async Task ConnectAsync(PeerInfo info)
    {
        BitswapPeer? peer = null;
        try
        {
            peer = await client.Reach.ConnectAsync(info, session.Ended).ConfigureAwait(false);
        }
        finally
        {
            using (parts.Gate.Enter())
            {
                _connecting.Remove(info.PeerId);
                if (peer is not null && client.FindPeer(peer.Id) is { } joined)
                    session.Join(joined);
                if (!session.IsEnded)
                    session.Pump();
            }
        }
    }
}
