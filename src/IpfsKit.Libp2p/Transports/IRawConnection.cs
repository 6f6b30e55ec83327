namespace IpfsKit.Libp2p.Transports;

/// <summary>Bytes in order to and from another process.</summary>
/// <remarks>
/// <para>One read and one write may be under way at a time, beside each other. Disposing closes at once; whoever wants the other side to get everything calls <see cref="CompleteWritesAsync"/> and reads to the end
/// first.</para>
/// <para>Every failure of the connection is a <see cref="ConnectionClosedException"/>. A cancelled read or write leaves the connection in an unknown state: abort it. Deadlines belong to the layers above.</para>
/// </remarks>
internal interface IRawConnection : ITransportConnection
{
    /// <summary>Reads what there is, at least one byte; 0 at the end. With an empty buffer: completes when a read would not wait, so that an idle connection holds no buffer.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes all of it. The buffer is the caller's again when this completes.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Says that nothing more comes; reading goes on.</summary>
    ValueTask CompleteWritesAsync(CancellationToken cancellationToken);
}
