namespace IpfsKit.Libp2p.Transports.WebSockets;

/// <summary>A raw connection as a stream, for the classes of the framework that want one. Closing it does nothing: the connection has an owner.</summary>
internal sealed class RawConnectionStream(IRawConnection connection) : AsyncStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => connection.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => connection.WriteAsync(buffer, cancellationToken);
}
