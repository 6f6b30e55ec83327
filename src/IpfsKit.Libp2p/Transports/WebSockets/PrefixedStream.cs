namespace IpfsKit.Libp2p.Transports.WebSockets;

/// <summary>A stream of which the first bytes have been read already.</summary>
internal sealed class PrefixedStream(byte[] prefix, Stream stream) : AsyncStream
{
    private int _taken;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_taken == prefix.Length)
            return stream.ReadAsync(buffer, cancellationToken);
        var bytes = Math.Min(buffer.Length, prefix.Length - _taken);
        prefix.AsMemory(_taken, bytes).CopyTo(buffer);
        _taken += bytes;
        return ValueTask.FromResult(bytes);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => stream.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => stream.FlushAsync(cancellationToken);
}
