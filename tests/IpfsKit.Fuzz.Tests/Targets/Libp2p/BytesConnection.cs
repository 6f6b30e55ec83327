using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>A connection on which the input comes, in two parts, and then the end.</summary>
internal sealed class BytesConnection(ReadOnlyMemory<byte> input) : IRawConnection
{
    private readonly BytesStream _bytes = new(input);

    public Multiaddr LocalAddress => default;

    public Multiaddr RemoteAddress => default;

    public ConnectionDirection Direction => ConnectionDirection.Inbound;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _bytes.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Abort()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
