using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>The connected peers that take part in a session, and those that may not any more. Guarded by the client's gate.</summary>
internal sealed class SessionMembers(BitswapSession session, AskBook asks)
{
    private readonly HashSet<PeerId> _banned = [];

    /// <summary>Those who take part.</summary>
    public List<SessionPeer> All { get; } = [];

    /// <summary>How many may be remembered of those who come and go.</summary>
    public int MostKnown => 4 * session.Options.MaxPeersPerSession;

    /// <summary>Whether a peer may not take part any more.</summary>
    public bool IsBanned(PeerId peer) => _banned.Contains(peer);

    /// <summary>A peer as it takes part; null if it does not.</summary>
    public SessionPeer? Find(ClientPeer peer)
    {
        foreach (var member in All)
        {
            if (ReferenceEquals(member.Peer, peer))
                return member;
        }

        return null;
    }

    /// <summary>A peer takes part from now on, if it may and there is room for it.</summary>
    public SessionPeer? TryAdd(ClientPeer peer)
    {
        if (peer.HasLeft || peer.IsDistrusted || All.Count >= session.Options.MaxPeersPerSession || IsBanned(peer.Id))
            return null;
        var joined = new SessionPeer(session, peer);
        All.Add(joined);
        peer.Sessions.Add(joined);
        return joined;
    }

    /// <summary>A peer takes part no longer; what was asked of it is asked of others.</summary>
    public void Remove(SessionPeer member)
    {
        if (!All.Remove(member))
            return;
        member.Peer.Sessions.Remove(member);
        for (var ask = member.Peer.Awaiting.First; ask is not null;)
        {
            var next = ask.Next;
            if (ReferenceEquals(ask.Owner, member))
            {
                asks.GiveUp(ask);
                BitswapClient.Reopen(ask.Want);
            }

            ask = next;
        }
    }

    /// <summary>A peer takes part no longer, and never again.</summary>
    public void Ban(SessionPeer member)
    {
        if (_banned.Count < MostKnown)
            _banned.Add(member.Peer.Id);
        Remove(member);
    }
}
