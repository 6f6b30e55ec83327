using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Client;

/// <summary>A block that at least one session waits for: one want for all of them, so that it is fetched once. Guarded by the client's gate.</summary>
internal sealed class BlockWant(Multihash key, Cid cid)
{
    /// <summary>What is wanted.</summary>
    public Multihash Key { get; } = key;

    /// <summary>The name under which peers are asked.</summary>
    public Cid Cid { get; } = cid;

    /// <summary>The first session that waits; the others are behind it.</summary>
    public SessionWant? FirstSession { get; private set; }

    /// <summary>The first peer that was asked; the others are behind it.</summary>
    public PeerAsk? FirstAsk { get; private set; }

    /// <summary>How many peers the block is awaited from.</summary>
    public int ActiveBlocks { get; set; }

    /// <summary>How many peers were ever asked.</summary>
    public int PeersAsked { get; private set; }

    /// <summary>Whether any peer's answer is awaited, be it the block or whether it is there.</summary>
    public bool IsAwaited
    {
        get
        {
            for (var ask = FirstAsk; ask is not null; ask = ask.NextOfWant)
            {
                if (ask.State == AskState.Active)
                    return true;
            }

            return false;
        }
    }

    /// <summary>What a peer was asked, if it was.</summary>
    public PeerAsk? AskOf(ClientPeer peer)
    {
        var ask = FirstAsk;
        while (ask is not null && !ReferenceEquals(ask.Peer, peer))
            ask = ask.NextOfWant;
        return ask;
    }

    /// <summary>A peer is asked.</summary>
    public void Add(PeerAsk ask)
    {
        (ask.NextOfWant, FirstAsk) = (FirstAsk, ask);
        PeersAsked++;
    }

    /// <summary>An ask has ended.</summary>
    public void Remove(PeerAsk ask)
    {
        if (ReferenceEquals(FirstAsk, ask))
        {
            FirstAsk = ask.NextOfWant;
        }
        else
        {
            var before = FirstAsk;
            while (before is not null && !ReferenceEquals(before.NextOfWant, ask))
                before = before.NextOfWant;
            if (before is not null)
                before.NextOfWant = ask.NextOfWant;
        }

        ask.NextOfWant = null;
    }

    /// <summary>A session waits.</summary>
    public void Add(SessionWant session) => (session.NextOfWant, FirstSession) = (FirstSession, session);

    /// <summary>A session waits no longer.</summary>
    public void Remove(SessionWant session)
    {
        if (ReferenceEquals(FirstSession, session))
        {
            FirstSession = session.NextOfWant;
            return;
        }

        var before = FirstSession;
        while (before is not null && !ReferenceEquals(before.NextOfWant, session))
            before = before.NextOfWant;
        if (before is not null)
            before.NextOfWant = session.NextOfWant;
    }
}
