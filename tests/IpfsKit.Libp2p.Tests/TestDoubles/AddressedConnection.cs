using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.TestDoubles;

/// <summary>A connection that has the addresses that a test gives it.</summary>
internal sealed class AddressedConnection(IRawConnection inner, Multiaddr local, Multiaddr remote) : IRawConnection
{
    public Multiaddr LocalAddress => local;

    public Multiaddr RemoteAddress => remote;

    public ConnectionDirection Direction => inner.Direction;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => inner.WriteAsync(buffer, cancellationToken);

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => inner.CompleteWritesAsync(cancellationToken);

    public void Abort() => inner.Abort();

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
