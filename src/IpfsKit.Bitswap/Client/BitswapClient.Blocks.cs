using IpfsKit.Ipld;

namespace IpfsKit.Bitswap.Client;

/// <summary>What becomes of blocks that were hashed.</summary>
internal sealed partial class BitswapClient
{
    /// <summary>Takes over hashed blocks.</summary>
    private void Deliver(List<VerifiedBlock> blocks)
    {
        var seconds = _parts.Observer is null ? [] : new double[blocks.Count];
        using (_parts.Gate.Enter())
        {
            for (var i = 0; i < blocks.Count; i++)
            {
                var elapsed = Deliver(blocks[i]);
                if (seconds.Length > 0)
                    seconds[i] = elapsed;
            }

            // Only now, so that everything these blocks make room for goes into the same messages.
            foreach (var session in _dirty)
                session.Pump();
            _dirty.Clear();
        }

        for (var i = 0; i < seconds.Length; i++)
        {
            if (seconds[i] >= 0)
                _parts.Observer!.Delivered(blocks[i].Peer.Id, blocks[i].Bytes, TimeSpan.FromSeconds(seconds[i]));
        }
    }

    /// <summary>Hands a block to those who wait for it. Gate.</summary>
    /// <returns>Seconds from the want until now; negative if nobody waits.</returns>
    private double Deliver(in VerifiedBlock block)
    {
        var (peer, key, buffer) = (block.Peer, block.Key, block.Buffer);
        peer.SuspectedAt = double.NegativeInfinity;
        if (key.IsDefault || !_wants.Remove(key, out var want))
        {
            OnStray(block);
            return -1;
        }

        var now = _parts.Clock.Now;
        var seconds = CountDelivery(peer, want, block.Bytes, now);
        MarkDirty(want);
        _parts.Asks.EndAll(want, peer);
        if (peer.OverdueBlocks > 0)
            _monitor.OnOvertaken(peer, _dirty);
        var named = Block.CreateTrusted(want.Cid, buffer.Memory, buffer);
        var sessions = SessionsOf(want);
        for (var session = want.FirstSession; session is not null;)
        {
            var next = session.NextOfWant;
            session.Session.OnBlock(session, named, peer);
            session = next;
        }

        _behind.Add(named, sessions);
        return seconds;
    }

    private double CountDelivery(ClientPeer peer, BlockWant want, int bytes, double now)
    {
        var seconds = 0.0;
        if (want.AskOf(peer) is { } ask)
        {
            seconds = now - ask.AskedAt;
            peer.Estimates.OnBlock(bytes, seconds, ask.DeliveredAtAsk, ask.WasIdle, now);
            peer.OnAnswer(ask);
        }
        else
        {
            seconds = now - want.FirstSession!.Since;
            peer.Estimates.OnBlock(bytes, seconds, peer.Estimates.DeliveredBytes, wasIdle: false, now);
        }

        peer.StraysInARow = 0;
        _parts.Instruments.OnWanted(bytes, seconds);
        return seconds;
    }

    /// <summary>Remembers the sessions whose queues a block concerns: those that wait for it, and those in whose windows it counted.</summary>
    private void MarkDirty(BlockWant want)
    {
        for (var session = want.FirstSession; session is not null; session = session.NextOfWant)
            _dirty.Add(session.Session);
        for (var ask = want.FirstAsk; ask is not null; ask = ask.NextOfWant)
        {
            if (ask.Owner is { } owner)
                _dirty.Add(owner.Session);
        }
    }

    private static IReadOnlyList<BitswapSession> SessionsOf(BlockWant want)
    {
        if (want.FirstSession!.NextOfWant is null)
            return want.FirstSession.Session.Alone;
        var sessions = new List<BitswapSession>();
        for (var session = want.FirstSession; session is not null; session = session.NextOfWant)
            sessions.Add(session.Session);
        return sessions;
    }

    /// <summary>A block that nobody waits for: one that comes late, or once more, or bytes that nobody asked for. Gate.</summary>
    private void OnStray(in VerifiedBlock block)
    {
        var peer = block.Peer;
        if (!block.Key.IsDefault && peer.Late.TryTake(block.Key, out var session))
        {
            _parts.Instruments.OnDuplicate(block.Bytes);
            peer.Estimates.OnLateBlock(_parts.Clock.Now);
            session?.OnDuplicate(peer.Id, block.Bytes);
        }
        else
        {
            _parts.Instruments.OnUnwanted(block.Bytes);
            Observe(peer.Id, PeerFailure.UnwantedBlock);
            peer.StraysInARow++;
            // Which block these bytes were to be cannot be known: nothing that is awaited of this peer can be trusted to come.
            foreach (var member in peer.Sessions.ToArray())
            {
                if (member.Outstanding == 0)
                    continue;
                member.Session.Members.Ban(member);
                _dirty.Add(member.Session);
            }
        }

        _parts.Budget.Return(ByteBudget.CostOf(block.Bytes));
        block.Buffer.Dispose();
    }
}
