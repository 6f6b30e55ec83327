namespace IpfsKit.Libp2p.Security;

/// <summary>Lets one read in at a time, and says who gives the reader's things back when a channel is disposed beside a read: whoever leaves last. Thread-safe.</summary>
internal struct ChannelReadGate
{
    private const int Open = 0;
    private const int Reading = 1;
    private const int Closed = 2;
    private const int ClosedWhileReading = 3;

    private int _state;

    /// <summary>Begins a read.</summary>
    /// <exception cref="ConnectionClosedException">The channel is disposed.</exception>
    /// <exception cref="InvalidOperationException">A read is under way.</exception>
    public void Enter()
    {
        var state = Interlocked.CompareExchange(ref _state, Reading, Open);
        if (state != Open)
            throw state == Reading ? new InvalidOperationException("A read is under way.") : new ConnectionClosedException("The connection is closed.");
    }

    /// <summary>Ends a read.</summary>
    /// <returns>Whether the channel was disposed meanwhile, and the reader's things are to be given back now.</returns>
    public bool Leave()
    {
        if (Interlocked.CompareExchange(ref _state, Open, Reading) == Reading)
            return false;
        Volatile.Write(ref _state, Closed);
        return true;
    }

    /// <summary>Lets no more reads in.</summary>
    /// <param name="first">Whether nobody has done so before.</param>
    /// <returns>Whether nobody reads, and the reader's things are to be given back now.</returns>
    public bool Close(out bool first)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            first = state is Open or Reading;
            if (!first)
                return false;
            if (Interlocked.CompareExchange(ref _state, state == Open ? Closed : ClosedWhileReading, state) == state)
                return state == Open;
        }
    }
}
