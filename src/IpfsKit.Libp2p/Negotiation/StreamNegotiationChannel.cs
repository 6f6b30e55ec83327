namespace IpfsKit.Libp2p.Negotiation;

/// <summary>Negotiation over a stream.</summary>
internal sealed class StreamNegotiationChannel(IMuxedStream stream) : INegotiationChannel
{
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => stream.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => stream.WriteAsync(buffer, cancellationToken);
}
