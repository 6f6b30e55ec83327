using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p.Streams;

/// <summary>A stream of a session: gives back what it takes of the limits when it is disposed or reset, or when its session ends, whichever is first.</summary>
internal sealed class ProtocolStream : IProtocolStream
{
    private readonly IMuxedStream _stream;
    private readonly StreamScope _scope;
    private readonly Session _session;

    public ProtocolStream(IMuxedStream stream, string protocol, Session session, StreamScope scope)
    {
        (_stream, Protocol, _session, _scope) = (stream, protocol, session, scope);
        session.Track(this);
    }

    public string Protocol { get; }

    public ISession Session => _session;

    /// <summary>Where messages are reserved.</summary>
    public IMemoryBudget Memory => _scope;

    public long Id => _stream.Id;

    public ConnectionDirection Direction => _stream.Direction;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _stream.ReadAsync(buffer, cancellationToken);

    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => _stream.WaitToReadAsync(cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _stream.WriteAsync(buffer, cancellationToken);

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => _stream.CompleteWritesAsync(cancellationToken);

    public void Reset()
    {
        _stream.Reset();
        Release();
        _session.Untrack(this);
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        Release();
        _session.Untrack(this);
    }

    /// <summary>Gives back what it takes of the limits.</summary>
    public void Release() => _scope.Dispose();
}
