using IpfsKit.Libp2p.Negotiation;

namespace IpfsKit.Fuzz.Tests.Targets.Libp2p;

/// <summary>A channel of negotiations on which the input comes, and that takes everything.</summary>
internal sealed class NegotiationBytes(ReadOnlyMemory<byte> input) : INegotiationChannel
{
    private ReadOnlyMemory<byte> _left = input;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = Math.Min(buffer.Length, _left.Length);
        _left[..read].CopyTo(buffer);
        _left = _left[read..];
        return ValueTask.FromResult(read);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
