using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>Negotiation over a secure channel, whose reads may bring more than belongs to it; <see cref="Detach"/> gives that back.</summary>
internal sealed class SecureNegotiationChannel(ISecureChannel channel) : INegotiationChannel
{
    // The channel's, and valid until its next read: that is made only when this is used up.
    private ReadOnlyMemory<byte> _segment;

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_segment.IsEmpty)
            _segment = await channel.ReadAsync(cancellationToken).ConfigureAwait(false);
        var bytes = Math.Min(buffer.Length, _segment.Length);
        _segment[..bytes].CopyTo(buffer);
        _segment = _segment[bytes..];
        return bytes;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => channel.SendAsync(SealedFrame.Create(channel.Sealer, buffer.Span), cancellationToken);

    /// <summary>The channel as it is after the negotiation, with what came behind it. This one is not to be used any more.</summary>
    public ISecureChannel Detach() => _segment.IsEmpty ? channel : new PushbackChannel(channel, _segment);
}
