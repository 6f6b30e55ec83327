namespace IpfsKit.Libp2p.Transports;

/// <summary>A raw connection as a <see cref="Stream"/>, for those parts of .NET that want one. Disposing it asynchronously disposes the connection; disposing it in a blocking way does nothing.</summary>
internal sealed class RawConnectionStream(IRawConnection connection) : AsyncStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => connection.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => connection.WriteAsync(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
