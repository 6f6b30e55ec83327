using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>A channel of which something was read that is for somebody else.</summary>
/// <param name="channel">The channel.</param>
/// <param name="segment">The rest of its last read; still valid, since the next one is made after it was handed out.</param>
internal sealed class PushbackChannel(ISecureChannel channel, ReadOnlyMemory<byte> segment) : ISecureChannel
{
    private ReadOnlyMemory<byte> _segment = segment;

    public SecureSession Session => channel.Session;

    public IFrameSealer Sealer => channel.Sealer;

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        if (_segment.IsEmpty)
            return channel.ReadAsync(cancellationToken);
        var first = _segment;
        _segment = default;
        return ValueTask.FromResult(first);
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken) => channel.SendAsync(frames, cancellationToken);

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => channel.CompleteWritesAsync(cancellationToken);

    public void Abort() => channel.Abort();

    public ValueTask DisposeAsync() => channel.DisposeAsync();
}
