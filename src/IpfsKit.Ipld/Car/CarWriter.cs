using System.Buffers;
using System.IO.Pipelines;
using IpfsKit.Multiformats;

namespace IpfsKit.Ipld.Car;

/// <summary>Writes a CAR of version 1 to a stream, block after block.</summary>
/// <remarks>
/// <para>Small sections gather in a buffer of 64 KiB; blocks from half of that on go to the stream from their own memory. Blocks with identity CIDs are left
/// out, as the gateway spec demands: whoever has the CID has the block. Blocks are written as often as they are given.</para>
/// <para>Without a call to <see cref="FlushAsync"/> or <see cref="DisposeAsync"/> the last sections stay in the buffer. Not safe to share.
/// Spec: <see href="https://ipld.io/specs/transport/car/carv1/"/>.</para>
/// </remarks>
public sealed class CarWriter : IBlockSink, IAsyncDisposable
{
    /// <summary>The media type of what is written, without parameters for order and duplicates, which are the caller's.</summary>
    public const string MediaType = "application/vnd.ipld.car";

    private const int BufferBytes = 64 << 10;
    private const int DirectBytes = BufferBytes / 2;

    private readonly Stream _output;
    private readonly bool _leaveOpen;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _buffered;
    private bool _failed;

    private CarWriter(Stream output, bool leaveOpen) => (_output, _leaveOpen) = (output, leaveOpen);

    /// <summary>The bytes written so far, buffered ones included.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>The blocks written so far.</summary>
    public long BlocksWritten { get; private set; }

    /// <summary>Begins a CAR with its header, which stays in the buffer at first.</summary>
    /// <param name="output">Where it goes; the writer disposes it unless <paramref name="leaveOpen"/>.</param>
    /// <param name="roots">The roots; best one. They need not be among the blocks.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the writer is disposed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">A root is <c>default</c>.</exception>
    public static async ValueTask<CarWriter> CreateAsync(
        Stream output, IReadOnlyList<Cid> roots, bool leaveOpen = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(roots);
        if (roots.Any(r => r.IsDefault))
            throw new ArgumentException("A root is no CID.", nameof(roots));
        var header = new ArrayBufferWriter<byte>();
        CarHeader.Write(roots, header);
        var writer = new CarWriter(output, leaveOpen);
        await writer.WriteBytesAsync(header.WrittenMemory, cancellationToken).ConfigureAwait(false);
        return writer;
    }

    /// <inheritdoc cref="CreateAsync(Stream, IReadOnlyList{Cid}, bool, CancellationToken)"/>
    public static ValueTask<CarWriter> CreateAsync(
        PipeWriter output, IReadOnlyList<Cid> roots, bool leaveOpen = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        return CreateAsync(output.AsStream(leaveOpen), roots, leaveOpen: false, cancellationToken);
    }

    /// <summary>Writes a block; the caller keeps it alive until this completes.</summary>
    /// <exception cref="ArgumentException">The block is not verified.</exception>
    /// <exception cref="InvalidOperationException">An earlier write failed, so that the CAR ends inside a section.</exception>
    public async ValueTask WriteAsync(Block block, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (!block.IsVerified)
            throw new ArgumentException($"Block {block.Cid} is not verified.", nameof(block));
        if (block.Cid.Hash.IsIdentity)
            return;
        if (_buffer.Length - _buffered < Varint.MaxBytes + Cid.MaxBytes)
            await DrainAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfFailed();
        var start = _buffered;
        _buffered += Varint.Write(_buffer.AsSpan(_buffered), (ulong)(block.Cid.ByteCount + block.Size));
        _buffered += block.Cid.WriteBytes(_buffer.AsSpan(_buffered));
        BytesWritten += _buffered - start;
        await WriteBytesAsync(block.Data, cancellationToken).ConfigureAwait(false);
        BlocksWritten++;
    }

    /// <inheritdoc/>
    /// <remarks>Writes them in order; safe once flushed.</remarks>
    public async ValueTask PutManyAsync(IReadOnlyList<Block> blocks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        foreach (var block in blocks)
            await WriteAsync(block, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands everything to the stream, and flushes that.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        await DrainAsync(cancellationToken).ConfigureAwait(false);
        await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the CAR up: what is in the buffer is dropped, and disposing flushes nothing.</summary>
    public void Abandon() => _failed = true;

    /// <summary>Flushes, unless a write failed, and disposes the stream, unless it is to stay open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_buffer.Length == 0)
            return;
        try
        {
            if (!_failed)
                await FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _failed = true;
            if (!_leaveOpen)
                await _output.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask WriteBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        BytesWritten += bytes.Length;
        if (bytes.Length > _buffer.Length - _buffered)
            await DrainAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfFailed();
        if (bytes.Length < DirectBytes)
        {
            bytes.Span.CopyTo(_buffer.AsSpan(_buffered));
            _buffered += bytes.Length;
            return;
        }

        await DrainAsync(cancellationToken).ConfigureAwait(false);
        _failed = true;
        await _output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        _failed = false;
    }

    private async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        ThrowIfFailed();
        if (_buffered == 0)
            return;
        // Whatever is thrown, nobody knows how much of the buffer went out.
        _failed = true;
        await _output.WriteAsync(_buffer.AsMemory(0, _buffered), cancellationToken).ConfigureAwait(false);
        _buffered = 0;
        _failed = false;
    }

    private void ThrowIfFailed()
    {
        if (_failed)
            throw new InvalidOperationException("An earlier write of this CAR failed, or its writer is disposed.");
    }
}
