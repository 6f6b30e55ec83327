using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>Negotiation over a raw connection.</summary>
internal sealed class RawNegotiationChannel(IRawConnection connection) : INegotiationChannel
{
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => connection.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => connection.WriteAsync(buffer, cancellationToken);
}
