using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Car;

/// <summary>Reads a CAR, version 1 or 2, from a stream that need not seek: the header at once, then block after block.</summary>
/// <remarks>
/// <code>
/// version 1: | varint length | header | { varint length | CID | block } … |
/// </code>
/// <para>Memory: a buffer of 64 KiB, the header, and the block that is being read, whose buffer is pooled and goes with the block to the caller. Blocks are
/// verified unless the options say otherwise. Blocks with identity CIDs are accepted, verified like others. Any number of roots is accepted, also none;
/// that roots or blocks exist, or belong together, is not checked: ask a <see cref="Traversal.DagWalker"/>. Of version 2, padding is skipped and the index never read.</para>
/// <para>What follows the data of a version 2 CAR is not read to its end, though up to 64 KiB of it may be. Not safe to share. Specs: <see href="https://ipld.io/specs/transport/car/carv1/"/>,
/// <see href="https://ipld.io/specs/transport/car/carv2/"/>.</para>
/// </remarks>
public sealed class CarReader : IAsyncDisposable
{
    private const string BlockLength = "the length of a section";

    private readonly CarInput _input;
    private readonly CarReaderOptions _options;
    private bool _ended;
    private bool _failed;

    private CarReader(CarInput input, CarReaderOptions options) => (_input, _options) = (input, options);

    /// <summary>The version of the format, 1 or 2.</summary>
    public int Version { get; private set; } = 1;

    /// <summary>The roots that the header names, in its order; nothing says that they are in the CAR.</summary>
    public IReadOnlyList<Cid> Roots { get; private set; } = [];

    /// <summary>How many bytes were consumed: the offset of the next section.</summary>
    public long Position => _input.Offset;

    /// <summary>Reads the header of a CAR.</summary>
    /// <param name="stream">Read from its position; the reader disposes it, also if this throws, unless the options say otherwise.</param>
    /// <param name="options">What to accept; <see cref="CarReaderOptions.Default"/> if null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CarFormatException">It is no CAR.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value of <paramref name="options"/> is outside its range.</exception>
    public static async ValueTask<CarReader> OpenAsync(Stream stream, CarReaderOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        options ??= CarReaderOptions.Default;
        options.Validate();
        var reader = new CarReader(new CarInput(stream, options.LeaveOpen), options);
        try
        {
            await reader.ReadHeadersAsync(cancellationToken).ConfigureAwait(false);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The next block, which the caller disposes, or null at the end.</summary>
    /// <remarks>
    /// After <see cref="BlockIntegrityException"/> and <see cref="UnsupportedHashException"/> the reader stands behind the bad block and can go on; after anything
    /// else, cancellation included, it cannot, and says so.
    /// </remarks>
    /// <exception cref="CarFormatException">The CAR is malformed or truncated.</exception>
    /// <exception cref="BlockTooLargeException">A block is larger than <see cref="CarReaderOptions.MaxBlockBytes"/>.</exception>
    /// <exception cref="BlockIntegrityException">A block does not hash to its CID.</exception>
    /// <exception cref="UnsupportedHashException">A block is named by a hash that cannot be computed here.</exception>
    /// <exception cref="InvalidOperationException">An earlier read failed.</exception>
    public async ValueTask<Block?> ReadBlockAsync(CancellationToken cancellationToken = default)
    {
        if (_failed)
            throw new InvalidOperationException("An earlier read of this CAR failed.");
        if (_ended)
            return null;
        _failed = true;
        var length = await _input.TakeVarintAsync(BlockLength, cancellationToken).ConfigureAwait(false);
        if (length is null && _input.IsBeforeLimit)
            throw new CarFormatException(_input.Offset, "it ends before the data that the header announces");
        if (length == 0 && !_options.ZeroLengthSectionEnds)
            throw new CarFormatException(_input.Offset, "a section has no bytes");
        if (length is null or 0)
        {
            _ended = true;
            _failed = false;
            return null;
        }

        var (cid, size) = await ReadCidAsync(length.Value, cancellationToken).ConfigureAwait(false);
        var buffer = PooledBuffer.Rent(size);
        try
        {
            await _input.ReadExactlyAsync(buffer.Memory, "a block", cancellationToken).ConfigureAwait(false);
            _failed = false;
            return _options.Verify ? Block.CreateVerified(cid, buffer.Memory, buffer) : Block.CreateUnverified(cid, buffer.Memory, buffer);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>The blocks that were not read yet, in the order of the CAR; the caller disposes each.</summary>
    /// <inheritdoc cref="ReadBlockAsync" path="/exception"/>
    public async IAsyncEnumerable<Block> ReadBlocksAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await ReadBlockAsync(cancellationToken).ConfigureAwait(false) is { } block)
            yield return block;
    }

    /// <summary>Releases the buffer and, unless the options say otherwise, the stream.</summary>
    public ValueTask DisposeAsync()
    {
        _failed = true;
        return _input.DisposeAsync();
    }

    private async ValueTask ReadHeadersAsync(CancellationToken cancellationToken)
    {
        var header = await ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        if (header.Version == 2)
        {
            Version = 2;
            if (_input.Offset != CarV2Header.EndOfHeader - CarV2Header.Bytes)
                throw new CarFormatException(0, "the pragma of version 2 is not in its only form");
            var bytes = new byte[CarV2Header.Bytes];
            await _input.ReadExactlyAsync(bytes, "the header of version 2", cancellationToken).ConfigureAwait(false);
            var inner = CarV2Header.Decode(bytes, _input.Length);
            await _input.SkipAsync((long)inner.DataOffset - _input.Offset, "the padding before the data", cancellationToken).ConfigureAwait(false);
            _input.SetLimit((long)(inner.DataOffset + inner.DataSize));
            header = await ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
            if (header.Version != 1)
                throw new CarFormatException((long)inner.DataOffset, $"the data is a CAR of version {header.Version} instead of 1");
        }

        Roots = header.Roots;
    }

    private async ValueTask<CarHeader> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var start = _input.Offset;
        var length = await _input.TakeVarintAsync("the length of the header", cancellationToken).ConfigureAwait(false)
            ?? throw new CarFormatException(start, "it ends before the header");
        if (length == 0 || length > (ulong)_options.MaxHeaderBytes)
            throw new CarFormatException(start, $"the header has {length} bytes, where 1 to {_options.MaxHeaderBytes} are allowed");
        using var buffer = PooledBuffer.Rent((int)length);
        await _input.ReadExactlyAsync(buffer.Memory, "the header", cancellationToken).ConfigureAwait(false);
        return CarHeader.Decode(buffer.Memory, start);
    }

    private async ValueTask<(Cid Cid, int Size)> ReadCidAsync(ulong length, CancellationToken cancellationToken)
    {
        var most = (int)Math.Min(length, Cid.MaxBytes);
        var complete = await _input.FillAsync(most, cancellationToken).ConfigureAwait(false);
        var bytes = _input.Buffered;
        if (!Cid.TryRead(bytes[..Math.Min(bytes.Length, most)], out var cid, out var read))
            throw new CarFormatException(_input.Offset, complete ? "a section does not begin with a CID" : "it ends inside a section");
        var size = length - (ulong)read;
        if (size > (ulong)_options.MaxBlockBytes)
            throw new BlockTooLargeException(cid, (long)size, _options.MaxBlockBytes);
        _input.Consume(read);
        return (cid, (int)size);
    }
}
