using System.Buffers;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>Reads the lines of the other side, and no byte behind them: the length comes byte by byte.</summary>
internal sealed class MultistreamLineReader(INegotiationChannel channel) : IDisposable
{
    private const int MaxLengthBytes = 3;

    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(MultistreamCodec.MaxLineBytes);

    /// <summary>The text of the next line, without its newline; valid until the next call.</summary>
    /// <exception cref="FormatException">It is no line, or longer than <see cref="MultistreamCodec.MaxLineBytes"/>, or the other side has ended.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        var length = await ReadLengthAsync(MultistreamCodec.MaxLineBytes, cancellationToken).ConfigureAwait(false);
        var line = await ReadExactlyAsync(length, cancellationToken).ConfigureAwait(false);
        if (line.Span[^1] != '\n')
            throw new FormatException("A line does not end with a newline.");
        return line[..^1];
    }

    /// <summary>The next block of bytes with a length before it.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async ValueTask<ReadOnlyMemory<byte>> ReadBlockAsync(int maxBytes, CancellationToken cancellationToken)
    {
        var length = await ReadLengthAsync(maxBytes, cancellationToken).ConfigureAwait(false);
        if (length > _buffer!.Length)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        return await ReadExactlyAsync(length, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }

    private async ValueTask<int> ReadLengthAsync(int maxBytes, CancellationToken cancellationToken)
    {
        var length = 0;
        for (var i = 0; i < MaxLengthBytes; i++)
        {
            var b = (await ReadExactlyAsync(1, cancellationToken).ConfigureAwait(false)).Span[0];
            length |= (b & 0x7f) << (7 * i);
            if (b >= 0x80)
                continue;
            if (b == 0)
                throw new FormatException(i == 0 ? "A line of no bytes came." : "A length is not in its shortest form.");
            return length <= maxBytes ? length : throw new FormatException($"A line of {length} bytes came; {maxBytes} are allowed.");
        }

        throw new FormatException($"A line of more than {maxBytes} bytes came.");
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadExactlyAsync(int count, CancellationToken cancellationToken)
    {
        var buffer = _buffer!;
        for (var have = 0; have < count;)
        {
            var read = await channel.ReadAsync(buffer.AsMemory(have, count - have), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw new FormatException("The other side ended before it answered.");
            have += read;
        }

        return buffer.AsMemory(0, count);
    }
}
