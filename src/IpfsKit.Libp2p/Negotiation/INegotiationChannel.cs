namespace IpfsKit.Libp2p.Negotiation;

/// <summary>What multistream-select needs of a connection, a channel or a stream: bytes in order, never more than were asked for.</summary>
internal interface INegotiationChannel
{
    /// <summary>Reads what there is, at least one byte and at most the buffer; 0 at the end.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes all of it.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken);
}
