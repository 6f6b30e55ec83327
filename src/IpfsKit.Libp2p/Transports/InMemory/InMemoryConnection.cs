using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports.InMemory;

/// <summary>One end of a connection in memory.</summary>
internal sealed class InMemoryConnection : IRawConnection
{
    private readonly TimeProvider _timeProvider;
    private readonly Func<InMemoryConditions> _conditions;
    private readonly InMemoryPipe _incoming;
    private readonly InMemoryPipe _outgoing;
    private readonly Action _closed;
    private ITimer? _news;
    private int _isClosed;

    private InMemoryConnection(
        Multiaddr localAddress, Multiaddr remoteAddress, ConnectionDirection direction, InMemoryPipe incoming, InMemoryPipe outgoing, TimeProvider timeProvider, Func<InMemoryConditions> conditions, Action closed)
    {
        LocalAddress = localAddress;
        RemoteAddress = remoteAddress;
        Direction = direction;
        _incoming = incoming;
        _outgoing = outgoing;
        _timeProvider = timeProvider;
        _conditions = conditions;
        _closed = closed;
    }

    /// <inheritdoc/>
    public Multiaddr LocalAddress { get; }

    /// <inheritdoc/>
    public Multiaddr RemoteAddress { get; }

    /// <inheritdoc/>
    public ConnectionDirection Direction { get; }

    /// <summary>Makes both ends.</summary>
    /// <param name="dialer">The address of the end that dials.</param>
    /// <param name="listener">The address of the other one.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="conditions">The conditions of the moment.</param>
    /// <param name="seed">For losses: the same seed loses the same segments.</param>
    /// <param name="closed">Called once, when the first end closes.</param>
    public static (InMemoryConnection Dialer, InMemoryConnection Listener) CreatePair(
        Multiaddr dialer, Multiaddr listener, TimeProvider timeProvider, Func<InMemoryConditions> conditions, int seed, Action closed)
    {
        var there = new InMemoryPipe(timeProvider, conditions, new Random(seed));
        var back = new InMemoryPipe(timeProvider, conditions, new Random(~seed));
        return (
            new InMemoryConnection(dialer, listener, ConnectionDirection.Outbound, back, there, timeProvider, conditions, closed),
            new InMemoryConnection(listener, dialer, ConnectionDirection.Inbound, there, back, timeProvider, conditions, closed));
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _incoming.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) =>
        buffer.IsEmpty ? ValueTask.CompletedTask : _outgoing.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        _outgoing.End();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Abort()
    {
        if (!TryClose())
            return;
        Tell(() =>
        {
            var reset = new ConnectionClosedException("The connection is lost: the other side reset it.");
            _outgoing.FailReader(reset);
            _incoming.FailWriter(reset);
        });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _outgoing.End();
        if (TryClose())
            Tell(() => _incoming.FailWriter(new ConnectionClosedException("The other side has closed the connection.")));
        return ValueTask.CompletedTask;
    }

    /// <summary>The network drops the connection: both ends fail at once.</summary>
    public void Lose()
    {
        var lost = new ConnectionClosedException("The connection is lost: the network reset it.");
        foreach (var pipe in (ReadOnlySpan<InMemoryPipe>)[_incoming, _outgoing])
        {
            pipe.FailReader(lost);
            pipe.FailWriter(lost);
        }

        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
            _closed();
    }

    private bool TryClose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return false;
        var closed = new ConnectionClosedException("This side has closed the connection.");
        _incoming.FailReader(closed);
        _outgoing.FailWriter(closed);
        _closed();
        return true;
    }

    /// <summary>Lets the other side know, a latency later.</summary>
    private void Tell(Action news)
    {
        var latency = _conditions().Latency;
        if (latency == TimeSpan.Zero)
            news();
        else
            _news = _timeProvider.CreateTimer(_ => TellNow(news), null, latency, Timeout.InfiniteTimeSpan);
    }

    private void TellNow(Action news)
    {
        news();
        _news?.Dispose();
    }
}
