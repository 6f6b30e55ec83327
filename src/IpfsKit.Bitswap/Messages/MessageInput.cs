using System.Buffers;
using System.Runtime.CompilerServices;
using IpfsKit.Libp2p;

namespace IpfsKit.Bitswap.Messages;

/// <summary>What comes on a stream: small things through a buffer, large ones straight to where they belong. Holds no buffer while nothing is there. For one reader.</summary>
internal sealed class MessageInput(IMuxedStream stream) : IDisposable
{
    /// <summary>The buffer's size. It must hold the longest part that is looked at as a whole.</summary>
    public const int BufferBytes = 16 * 1024;

    private byte[]? _buffer;
    private int _start;
    private int _end;

    /// <summary>How many bytes were consumed since this was set to zero.</summary>
    public int Position { get; set; }

    /// <summary>What is here.</summary>
    public ReadOnlySpan<byte> Available => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Consumes bytes that are here.</summary>
    public void Advance(int bytes)
    {
        _start += bytes;
        Position += bytes;
    }

    /// <summary>Completes when something is here, or nothing will be; without a buffer until then.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (_start < _end)
            return;
        Dispose();
        await stream.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads more into the buffer.</summary>
    /// <returns>False at the end.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        else if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var read = await stream.ReadAsync(_buffer.AsMemory(_end, BufferBytes - _end), cancellationToken).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }

    /// <summary>Completes when so many bytes of a message are here.</summary>
    /// <exception cref="ProtocolViolationException">The other side ended before.</exception>
    public ValueTask EnsureAsync(int bytes, CancellationToken cancellationToken) =>
        _end - _start >= bytes ? default : FillUntilAsync(bytes, cancellationToken);

    /// <summary>Consumes as many bytes as the destination has, into it.</summary>
    /// <exception cref="ProtocolViolationException">The other side ended before.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        Position += destination.Length;
        var here = Math.Min(destination.Length, _end - _start);
        Available[..here].CopyTo(destination.Span);
        _start += here;
        destination = destination[here..];
        while (!destination.IsEmpty)
        {
            var read = await stream.ReadAsync(destination, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw Ended();
            destination = destination[read..];
        }
    }

    /// <summary>Consumes bytes and forgets them.</summary>
    /// <exception cref="ProtocolViolationException">The other side ended before.</exception>
    public async ValueTask SkipAsync(int bytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var here = Math.Min(bytes, _end - _start);
            Advance(here);
            bytes -= here;
            if (bytes == 0)
                return;
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
                throw Ended();
        }
    }

    /// <summary>Gives the buffer back, with what is in it.</summary>
    public void Dispose()
    {
        if (_buffer is not { } buffer)
            return;
        (_buffer, _start, _end) = (null, 0, 0);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private static ProtocolViolationException Ended() => new("The other side ended within a message.");

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillUntilAsync(int bytes, CancellationToken cancellationToken)
    {
        while (_end - _start < bytes)
        {
            if (!await FillAsync(cancellationToken).ConfigureAwait(false))
                throw Ended();
        }
    }
}
