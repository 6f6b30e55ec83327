using System.Buffers;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Car;

/// <summary>A stream read forward through a small buffer, with its offset and an optional end. Not safe to share.</summary>
/// <remarks>Never waits for more bytes than are asked for, so that a block can be used before its successor is sent.</remarks>
internal sealed class CarInput(Stream stream, bool leaveOpen) : IAsyncDisposable
{
    /// <summary>Large enough for a length and a CID, small enough to cost nothing beside a block.</summary>
    private const int BufferBytes = 64 << 10;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _start;
    private int _end;
    private long _limit = long.MaxValue;

    /// <summary>The bytes consumed so far.</summary>
    public long Offset { get; private set; }

    /// <summary>The bytes that are in the buffer and not beyond the end.</summary>
    public ReadOnlySpan<byte> Buffered => _buffer.AsSpan(_start, (int)Math.Min(_end - _start, _limit - Offset));

    /// <summary>Whether an end was set that is not reached.</summary>
    public bool IsBeforeLimit => _limit != long.MaxValue && Offset < _limit;

    /// <summary>The length of the whole input, or null if the stream cannot tell.</summary>
    public long? Length { get; } = stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : null;

    /// <summary>Sets where the input ends, as an offset.</summary>
    public void SetLimit(long offset) => _limit = offset;

    /// <summary>Reads until that many bytes are buffered; false if the input ends before.</summary>
    /// <param name="count">At most a length and a CID.</param>
    /// <param name="cancellationToken">Stops waiting; nothing is lost.</param>
    public async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        if (count > _limit - Offset)
            return false;
        while (_end - _start < count)
        {
            if (_start > 0 && _buffer.Length - _start < count)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return false;
            _end += read;
        }

        return true;
    }

    /// <summary>Moves past buffered bytes.</summary>
    public void Consume(int count)
    {
        Offset += count;
        _start += count;
        if (_start == _end)
            _start = _end = 0;
    }

    /// <summary>Reads a varint.</summary>
    /// <returns>The value, or null if the input ends before its first byte.</returns>
    /// <exception cref="CarFormatException">It ends inside the varint, or the varint is malformed.</exception>
    public async ValueTask<ulong?> TakeVarintAsync(string what, CancellationToken cancellationToken)
    {
        if (!await FillAsync(1, cancellationToken).ConfigureAwait(false))
            return null;
        while (true)
        {
            var available = Buffered.Length;
            switch (Varint.Read(Buffered, out var value, out var read))
            {
                case VarintStatus.Done:
                    Consume(read);
                    return value;
                case VarintStatus.NeedMoreData:
                    if (!await FillAsync(available + 1, cancellationToken).ConfigureAwait(false))
                        throw new CarFormatException(Offset, $"it ends inside {what}");
                    break;
                default:
                    throw new CarFormatException(Offset, $"{what} is not a varint in its shortest form");
            }
        }
    }

    /// <summary>Fills memory from the input, past the buffer where that is empty.</summary>
    /// <exception cref="CarFormatException">The input ends before.</exception>
    public async ValueTask ReadExactlyAsync(Memory<byte> destination, string what, CancellationToken cancellationToken)
    {
        if (destination.Length > _limit - Offset)
            throw new CarFormatException(Offset, $"{what} reaches {destination.Length - (_limit - Offset)} bytes beyond the end of the data");
        var buffered = Math.Min(destination.Length, _end - _start);
        _buffer.AsSpan(_start, buffered).CopyTo(destination.Span);
        Consume(buffered);
        destination = destination[buffered..];
        while (!destination.IsEmpty)
        {
            var read = await stream.ReadAsync(destination, cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new CarFormatException(Offset, $"it ends {destination.Length} bytes before the end of {what}");
            Offset += read;
            destination = destination[read..];
        }
    }

    /// <summary>Reads and drops bytes.</summary>
    /// <exception cref="CarFormatException">The input ends before.</exception>
    public async ValueTask SkipAsync(long count, string what, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            if (!await FillAsync(1, cancellationToken).ConfigureAwait(false))
                throw new CarFormatException(Offset, $"it ends inside {what}");
            var step = (int)Math.Min(count, Buffered.Length);
            Consume(step);
            count -= step;
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        return leaveOpen ? ValueTask.CompletedTask : stream.DisposeAsync();
    }
}
