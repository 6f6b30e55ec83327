using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>Negotiation over a raw connection.</summary>
internal sealed class RawNegotiationChannel(IRawConnection connection) : INegotiationChannel
{
    /// <summary>Whether this side has said anything.</summary>
    public bool HasWritten { get; private set; }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => connection.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        HasWritten = true;
        return connection.WriteAsync(buffer, cancellationToken);
    }
}
