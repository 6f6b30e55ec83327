using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Hostile;

/// <summary>A connection of which every write is one of a byte, many times, and every read gives one byte.</summary>
internal sealed class TricklingConnection(IRawConnection inner) : IRawConnection
{
    public Multiaddr LocalAddress => inner.LocalAddress;

    public Multiaddr RemoteAddress => inner.RemoteAddress;

    public ConnectionDirection Direction => inner.Direction;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer.IsEmpty ? buffer : buffer[..1], cancellationToken);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        for (var i = 0; i < buffer.Length; i++)
        {
            await inner.WriteAsync(buffer.Slice(i, 1), cancellationToken);
            await Task.Yield();
        }
    }

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => inner.CompleteWritesAsync(cancellationToken);

    public void Abort() => inner.Abort();

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
