using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>A connection as the only stream of itself, which remembers the sizes of its writes.</summary>
internal sealed class RawStream(IRawConnection connection) : IMuxedStream
{
    public List<int> Writes { get; } = [];

    public bool IsReset { get; private set; }

    public long Id => 1;

    public ConnectionDirection Direction => connection.Direction;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => connection.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (Writes)
            Writes.Add(buffer.Length);
        return connection.WriteAsync(buffer, cancellationToken);
    }

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => connection.CompleteWritesAsync(cancellationToken);

    public void Reset()
    {
        IsReset = true;
        connection.Abort();
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
