namespace IpfsKit.Libp2p;

/// <summary>One stream of a connection: bytes in order both ways, each direction with its own end.</summary>
/// <remarks>
/// <para>One read and one write may be under way at a time, beside each other. A write completes when its bytes are in the connection's send buffer, not when they arrive; it waits while the other side takes no more.</para>
/// <para><b>Ends.</b> <see cref="CompleteWritesAsync"/> ends this side's direction, and the other side reads to an end. <see cref="Reset"/> ends both at once: reads and writes on either side fail with
/// <see cref="StreamResetException"/>. Disposing a stream of which either direction is still open resets it.</para>
/// </remarks>
public interface IMuxedStream : IAsyncDisposable
{
    /// <summary>Its number in the connection, for logs.</summary>
    long Id { get; }

    /// <summary>Who opened it.</summary>
    ConnectionDirection Direction { get; }

    /// <summary>Reads what there is, at least one byte; 0 at the end. With an empty buffer: completes when a read would not wait.</summary>
    /// <exception cref="StreamResetException">Either side has reset it.</exception>
    /// <exception cref="ConnectionClosedException">The connection has ended.</exception>
    /// <exception cref="OperationCanceledException">Nothing was read; the stream can be used further.</exception>
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Waits until a read would not wait: there are bytes, or the other side has ended. Counts as a read while it is under way.</summary>
    /// <returns>
    /// False if that never comes: the stream was reset, its connection has ended, or the token was cancelled; the next read says which. An exception that passes ten methods is thrown ten times, so who waits for peers that
    /// may well never speak waits here.
    /// </returns>
    async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException or IOException)
        {
            return false;
        }
    }

    /// <summary>Writes all of it. The buffer is the caller's again when this completes.</summary>
    /// <exception cref="StreamResetException">Either side has reset it.</exception>
    /// <exception cref="ConnectionClosedException">The connection has ended.</exception>
    /// <exception cref="InvalidOperationException">This side's direction has ended.</exception>
    /// <exception cref="OperationCanceledException">A part may have been written: reset the stream.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Ends this side's direction; reading goes on. Harmless when it has ended.</summary>
    ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default);

    /// <summary>Gives up: both directions end at once. From any thread, any number of times; nothing happens to a stream that has ended.</summary>
    void Reset();
}
