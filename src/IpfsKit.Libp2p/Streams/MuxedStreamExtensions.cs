using System.Buffers;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Streams;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p;

/// <summary>Messages and whole contents over streams. What comes from the other side always has a maximum.</summary>
public static class MuxedStreamExtensions
{
    // Small messages go out with their length in one write.
    private const int JoinedBytes = 16 * 1024;

    private const int DroppedBytes = 4 * 1024;

    /// <summary>The stream as a <see cref="Stream"/>, which owns it: disposing it disposes the stream. Its synchronous methods are not supported.</summary>
    public static Stream AsStream(this IMuxedStream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new MuxedStreamAdapter(stream);
    }

    /// <summary>
    /// Ends this side's direction, waits for the end of the other, dropping what still comes, and disposes the stream. Disposing at once would reset it, and what the other side has not read yet could be lost.
    /// </summary>
    /// <remarks>A stream that fails meanwhile has ended, too: that is no error here. What comes is limited by the stream's window in memory, and in time by the token.</remarks>
    /// <exception cref="OperationCanceledException">The other side did not end in time; the stream was reset.</exception>
    public static async ValueTask CloseAsync(this IMuxedStream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var buffer = ArrayPool<byte>.Shared.Rent(DroppedBytes);
        try
        {
            await stream.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
            {
                // Nobody wants it any more.
            }
        }
        catch (Libp2pException)
        {
            // Reset, refused or cut off.
        }
        finally
        {
            // No read is under way after this.
            await stream.DisposeAsync().ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Fills a buffer.</summary>
    /// <exception cref="EndOfStreamException">The other side ended before.</exception>
    public static async ValueTask ReadExactlyAsync(this IMuxedStream stream, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var wanted = buffer.Length;
        while (!buffer.IsEmpty)
        {
            var read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new EndOfStreamException($"The other side ended {buffer.Length} bytes before the {wanted} that were awaited.");
            buffer = buffer[read..];
        }
    }

    /// <summary>Reads a message that has its length, a varint, before it.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="maxBytes">The most bytes that the message may have. They are counted against the stream's limits while the message is there.</param>
    /// <param name="cancellationToken">Gives up; a part may have been read then: reset the stream.</param>
    /// <returns>The message, which the caller disposes; null if the other side ended before it.</returns>
    /// <exception cref="ProtocolViolationException">It is longer, or the other side ended within it.</exception>
    /// <exception cref="ResourceLimitExceededException">There is no memory for it.</exception>
    public static async ValueTask<ReceivedMessage?> ReadLengthPrefixedAsync(this IMuxedStream stream, int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        if (await ReadLengthAsync(stream, maxBytes, cancellationToken).ConfigureAwait(false) is not { } length)
            return null;
        var message = ReceivedMessage.Rent(length, (stream as ProtocolStream)?.Memory);
        try
        {
            await stream.ReadExactlyAsync(message.Buffer, cancellationToken).ConfigureAwait(false);
            return message;
        }
        catch (EndOfStreamException e)
        {
            message.Dispose();
            throw new ProtocolViolationException($"The other side ended within a message of {length} bytes.", e);
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    /// <summary>Writes a message with its length, a varint, before it.</summary>
    public static async ValueTask WriteLengthPrefixedAsync(this IMuxedStream stream, ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var isJoined = message.Length <= JoinedBytes;
        var buffer = ArrayPool<byte>.Shared.Rent(Varint.MaxBytes + (isJoined ? message.Length : 0));
        var length = Varint.Write(buffer, (ulong)message.Length);
        if (isJoined)
        {
            message.CopyTo(buffer.AsMemory(length));
            length += message.Length;
        }

        await stream.WriteAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        // Not after a write that failed, which may still have it.
        ArrayPool<byte>.Shared.Return(buffer);
        if (!isJoined)
            await stream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Counts memory against the stream's limits, and those of its peer and the node, before it is used for what the stream carries. What is not released is when the stream ends.</summary>
    /// <param name="stream">The stream; where it is not one of a session, there are no limits.</param>
    /// <param name="bytes">How much; from 0.</param>
    /// <returns>False if there is no memory for it; nothing was counted then.</returns>
    public static bool TryReserveMemory(this IMuxedStream stream, int bytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return bytes == 0 || (stream as ProtocolStream)?.Memory.TryReserve(bytes, MemoryPriority.High) != false;
    }

    /// <summary>Gives back what <see cref="TryReserveMemory"/> has counted.</summary>
    public static void ReleaseMemory(this IMuxedStream stream, int bytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (bytes > 0)
            (stream as ProtocolStream)?.Memory.Release(bytes);
    }

    private static async ValueTask<int?> ReadLengthAsync(IMuxedStream stream, int maxBytes, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Varint.MaxBytes);
        try
        {
            for (var count = 0; count < Varint.MaxBytes;)
            {
                // Byte by byte: what is behind the length may be for somebody else.
                if (await stream.ReadAsync(buffer.AsMemory(count, 1), cancellationToken).ConfigureAwait(false) == 0)
                    return count == 0 ? null : throw new ProtocolViolationException("The other side ended within the length of a message.");
                var status = Varint.Read(buffer.AsSpan(0, ++count), out var length, out _);
                if (status == VarintStatus.Done)
                    return length <= (ulong)maxBytes ? (int)length : throw new ProtocolViolationException($"The other side sends a message of {length} bytes; {maxBytes} are allowed.");
                if (status != VarintStatus.NeedMoreData)
                    break;
            }

            throw new ProtocolViolationException("The other side sends a length that is no varint.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
