namespace IpfsKit.Bitswap.Client;

/// <summary>What is to be done once the gate is open again: sending, and calling others.</summary>
internal sealed class Outbox
{
    private readonly List<ClientPeer> _senders = [];
    private readonly List<Action> _calls = [];

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => _senders.Count == 0 && _calls.Count == 0;

    /// <summary>A peer has to be told something.</summary>
    public void Add(ClientPeer peer) => _senders.Add(peer);

    /// <summary>Somebody has to be called.</summary>
    public void Add(Action call) => _calls.Add(call);

    /// <summary>Does it.</summary>
    /// <param name="send">Starts to send.</param>
    public void Run(Action<ClientPeer> send)
    {
        foreach (var peer in _senders)
            send(peer);
        foreach (var call in _calls)
            call();
        _senders.Clear();
        _calls.Clear();
    }
}
