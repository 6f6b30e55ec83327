namespace IpfsKit.Bitswap.Client;

/// <summary>The one lock that guards everything the client knows. It is held for microseconds, never while anything is awaited or anybody else's code runs: what has to be called is kept in the outbox until it is open.</summary>
internal sealed class ClientGate
{
    private readonly Lock _lock = new();
    private Outbox _outbox = new();
    private Outbox? _spare;

    /// <summary>Starts to send to a peer; called outside of the lock.</summary>
    public Action<ClientPeer> Send { get; set; } = static _ => { };

    /// <summary>What is done when the gate opens. Only while it is held.</summary>
    public Outbox Outbox => _outbox;

    /// <summary>Closes it; disposing opens it and runs the outbox.</summary>
    public Scope Enter()
    {
        _lock.Enter();
        return new Scope(this);
    }

    private void Exit()
    {
        if (_outbox.IsEmpty)
        {
            _lock.Exit();
            return;
        }

        var full = _outbox;
        _outbox = _spare ?? new Outbox();
        _spare = null;
        _lock.Exit();
        full.Run(Send);
        // Whoever comes first lends its own; a lost race costs one small object.
        Volatile.Write(ref _spare, full);
    }

    /// <summary>The time in which the gate is held.</summary>
    public readonly ref struct Scope(ClientGate gate)
    {
        /// <summary>Opens the gate.</summary>
        public void Dispose() => gate.Exit();
    }
}
