using System.Buffers;

namespace IpfsKit.Libp2p.Negotiation;

/// <summary>Reads the lines of the other side, and no byte behind them: the length comes byte by byte.</summary>
internal sealed class MultistreamLineReader(INegotiationChannel channel) : IDisposable
{
    private const int MaxLengthBytes = 3;

    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(MultistreamCodec.MaxLineBytes);

    /// <summary>The text of the next line, without its newline; valid until the next call.</summary>
    /// <returns>Or a <see cref="FormatException"/>: it is no line, or longer than <see cref="MultistreamCodec.MaxLineBytes"/>, or the other side has ended.</returns>
    public ValueTask<Attempt<ReadOnlyMemory<byte>>> ReadAsync(CancellationToken cancellationToken) => ReadAsync(MultistreamCodec.MaxLineBytes, isLine: true, cancellationToken);

    /// <summary>The next block of bytes with a length before it.</summary>
    /// <inheritdoc cref="ReadAsync(CancellationToken)"/>
    public ValueTask<Attempt<ReadOnlyMemory<byte>>> ReadBlockAsync(int maxBytes, CancellationToken cancellationToken) => ReadAsync(maxBytes, isLine: false, cancellationToken);

    public void Dispose()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
    }

    // One method for all of it: what fails below is thrown once more for each.
    private async ValueTask<Attempt<ReadOnlyMemory<byte>>> ReadAsync(int maxBytes, bool isLine, CancellationToken cancellationToken)
    {
        var buffer = _buffer!;
        var length = 0;
        for (var (i, isLast) = (0, false); !isLast; i++)
        {
            if (i == MaxLengthBytes)
                return new FormatException($"A line of more than {maxBytes} bytes came.");
            if (await channel.ReadAsync(buffer.AsMemory(0, 1), cancellationToken).ConfigureAwait(false) == 0)
                return Ended();
            length |= (buffer[0] & 0x7f) << (7 * i);
            isLast = buffer[0] < 0x80;
            if (buffer[0] == 0)
                return new FormatException(i == 0 ? "A line of no bytes came." : "A length is not in its shortest form.");
        }

        if (length > maxBytes)
            return new FormatException($"A line of {length} bytes came; {maxBytes} are allowed.");
        if (length > buffer.Length)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _buffer = buffer = ArrayPool<byte>.Shared.Rent(length);
        }

        for (var have = 0; have < length;)
        {
            var read = await channel.ReadAsync(buffer.AsMemory(have, length - have), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return Ended();
            have += read;
        }

        if (isLine && buffer[length - 1] != '\n')
            return new FormatException("A line does not end with a newline.");
        return (ReadOnlyMemory<byte>)buffer.AsMemory(0, isLine ? length - 1 : length);
    }

    private static FormatException Ended() => new("The other side ended before it answered.");
}
