using IpfsKit.Bitswap.Network;
using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>Peers that come and go.</summary>
internal sealed partial class BitswapClient
{
    /// <summary>The connected peers. Gate.</summary>
    internal Dictionary<PeerId, ClientPeer>.ValueCollection Peers => _peers.Values;

    /// <summary>A connected peer. Gate.</summary>
    internal ClientPeer? FindPeer(PeerId peer) => _peers.GetValueOrDefault(peer);

    /// <summary>A peer failed: told when the gate is open. Gate.</summary>
    internal void Observe(PeerId peer, PeerFailure failure)
    {
        _parts.Instruments.OnFailure(failure);
        if (_parts.Observer is { } observer)
            _parts.Gate.Outbox.Add(() => observer.Failed(peer, failure));
    }

    private void OnUnreachable(PeerId peer)
    {
        using (_parts.Gate.Enter())
            Observe(peer, PeerFailure.Unreachable);
    }

    private void OnPeerJoined(BitswapPeer peer)
    {
        using (_parts.Gate.Enter())
        {
            if (_isStopped || _peers.ContainsKey(peer.Id))
                return;
            var joined = new ClientPeer(peer, _estimates.Take(peer.Id), _isPreferred(peer.Id));
            _peers.Add(peer.Id, joined);
            foreach (var session in _sessions.ToArray())
                session.OnJoined(joined);
        }
    }

    private void OnPeerLeft(BitswapPeer peer)
    {
        using (_parts.Gate.Enter())
        {
            if (!_peers.Remove(peer.Id, out var left))
                return;
            left.HasLeft = true;
            _estimates.Keep(left.Id, left.Estimates);
            if (left.OutstandingBlocks > 0)
                Observe(left.Id, PeerFailure.Disconnected);
            EndAsks(left);
        }
    }

    /// <summary>Ends all asks of a peer that cannot answer any more; the sessions go on without it.</summary>
    private void EndAsks(ClientPeer peer)
    {
        var concerned = new HashSet<BitswapSession>();
        foreach (var ask in peer.Asks.Values.ToArray())
        {
            var want = ask.Want;
            _parts.Asks.End(ask);
            Reopen(want);
            for (var session = want.FirstSession; session is not null; session = session.NextOfWant)
                concerned.Add(session.Session);
        }

        foreach (var member in peer.Sessions.ToArray())
        {
            concerned.Add(member.Session);
            member.Session.OnLeft(member);
        }

        foreach (var session in concerned)
            session.Pump();
    }
}
