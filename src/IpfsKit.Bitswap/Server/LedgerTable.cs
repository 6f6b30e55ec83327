using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Server;

/// <summary>What was exchanged with whom: with everybody who is connected, and with the last of those who have left. Thread-safe.</summary>
internal sealed class LedgerTable(int maxDeparted)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, Account> _accounts = [];
    private readonly LinkedList<PeerId> _departed = [];

    /// <summary>How many accounts there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _accounts.Count;
        }
    }

    /// <summary>A peer is here.</summary>
    public void Join(PeerId peer)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(peer, out var account))
            {
                _accounts.Add(peer, new Account());
            }
            else if (account.Departed is { } node)
            {
                _departed.Remove(node);
                account.Departed = null;
            }
        }
    }

    /// <summary>A peer has left. An account without entries is not kept, nor more than are allowed: the one that left first goes.</summary>
    public void Leave(PeerId peer)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(peer, out var account) || account.Departed is not null)
                return;
            if (account.Exchanges == 0)
            {
                _accounts.Remove(peer);
                return;
            }

            account.Departed = _departed.AddLast(peer);
            if (_departed.Count <= maxDeparted)
                return;
            _accounts.Remove(_departed.First!.Value);
            _departed.RemoveFirst();
        }
    }

    /// <summary>A peer got blocks.</summary>
    public void Sent(PeerId peer, long bytes, int blocks) => Book(peer, bytes, 0, blocks);

    /// <summary>A peer sent blocks.</summary>
    public void Received(PeerId peer, long bytes, int blocks) => Book(peer, 0, bytes, blocks);

    /// <summary>A peer's account; null if there is none.</summary>
    public BitswapLedger? Get(PeerId peer)
    {
        lock (_lock)
            return _accounts.TryGetValue(peer, out var account) && account.Exchanges > 0 ? new(peer, account.Sent, account.Received, account.Exchanges) : null;
    }

    /// <summary>What counts of a peer that is not known (any more) is lost: what is on its way when a peer leaves does not bring it back.</summary>
    private void Book(PeerId peer, long sent, long received, int blocks)
    {
        lock (_lock)
        {
            if (!_accounts.TryGetValue(peer, out var account))
                return;
            account.Sent += sent;
            account.Received += received;
            account.Exchanges += blocks;
        }
    }

    private sealed class Account
    {
        public long Sent { get; set; }

        public long Received { get; set; }

        public long Exchanges { get; set; }

        public LinkedListNode<PeerId>? Departed { get; set; }
    }
}
