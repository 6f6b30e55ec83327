using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Transports;
using static IpfsKit.Libp2p.Security.Noise.NoiseConstants;

namespace IpfsKit.Libp2p.Security.Noise;

/// <summary>A connection behind a Noise handshake, read by whoever wants the next frame.</summary>
/// <remarks>
/// <para>One buffer takes as many frames as the connection has; each is decrypted where it lies when it is asked for, so that nothing is copied and nothing is allocated. The buffer is rented when bytes have come (a read
/// without a buffer waits for them) and given back when all frames are read and no more are there: an idle connection holds none, and one that waits for the rest of a frame holds what has come of it. The buffer is larger
/// after a read that filled it, because fewer reads of more bytes cost less.</para>
/// <para>What it holds is reserved in the connection's memory first. Without the larger buffer it reads with the small one; without that one it cannot read, and the connection ends: see <see cref="ISecureChannel"/>.</para>
/// <para>The end of the connection between two frames is the end; Noise has no message that says so. Whoever needs to know that nothing is missing says it in the layer above, as yamux does.</para>
/// <para>Spec: <see href="https://github.com/libp2p/specs/blob/master/noise/README.md#wire-format"/>.</para>
/// </remarks>
internal sealed class NoiseChannel : ISecureChannel
{
    /// <summary>The first buffer of a busy connection: room for one frame of any length. A power of two, as pools have them.</summary>
    public const int SmallBufferBytes = 128 * 1024;

    /// <summary>The buffer of a connection that filled the small one.</summary>
    public const int LargeBufferBytes = 512 * 1024;

    // What a part of a frame is kept in while the rest does not come: few sizes, so that the pool always has them. A size for each part made it allocate.
    private const int ShortPartBytes = 4 * 1024;
    private const int LongPartBytes = 64 * 1024;

    private readonly IRawConnection _connection;
    private readonly NoiseCipher _receive;
    private readonly NoiseSealer _sealer;
    private readonly ArrayPool<byte> _pool;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _most;
    private Exception? _failure;
    private ChannelReadGate _gate;
    private BufferReservation _reserved;

    public NoiseChannel(IRawConnection connection, SecureSession session, NoiseCipher send, NoiseCipher receive, IMemoryBudget memory, ArrayPool<byte>? pool = null)
    {
        _connection = connection;
        Session = session;
        _receive = receive;
        _sealer = new NoiseSealer(send);
        _reserved = new BufferReservation(memory);
        _pool = pool ?? ArrayPool<byte>.Shared;
    }

    public SecureSession Session { get; }

    public IFrameSealer Sealer => _sealer;

    /// <summary>Whether it holds a buffer for what comes.</summary>
    internal bool HoldsBuffer => Volatile.Read(ref _buffer) is not null;

    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        _gate.Enter();
        try
        {
            if (TryTakeFrame(out var plain))
            {
                EndRead();
                return ValueTask.FromResult(plain);
            }
        }
        catch (ConnectionClosedException)
        {
            EndRead();
            throw;
        }

        return ReceiveAsync(cancellationToken);
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken) => _connection.WriteAsync(frames, cancellationToken);

    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => _connection.CompleteWritesAsync(cancellationToken);

    public void Abort() => _connection.Abort();

    public async ValueTask DisposeAsync()
    {
        if (_gate.Close(out var first))
            Release();
        if (first)
            _sealer.Dispose();
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The next frame that is in the buffer as a whole and is not empty.</summary>
    private bool TryTakeFrame(out ReadOnlyMemory<byte> plain)
    {
        if (_failure is not null)
            throw new ConnectionClosedException(_failure.Message, _failure);
        while (_end - _start >= LengthBytes)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(_buffer.AsSpan(_start));
            if (length < TagBytes)
                throw Fail($"A frame of {length} bytes came, which has no room for its tag.");
            if (_end - _start < LengthBytes + length)
                break;
            var message = _buffer.AsMemory(_start + LengthBytes, length);
            _start += LengthBytes + length;
            plain = Decrypt(message);
            if (!plain.IsEmpty)
                return true;
        }

        plain = default;
        return false;
    }

    private ReadOnlyMemory<byte> Decrypt(Memory<byte> message)
    {
        var plain = message[..^TagBytes];
        try
        {
            if (_receive.TryDecrypt(plain.Span, message.Span[^TagBytes..], plain.Span, []))
                return plain;
        }
        catch (NoiseNonceExhaustedException e)
        {
            throw Fail(e.Message);
        }

        throw Fail("A frame is not what the other side sealed.");
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            ReadOnlyMemory<byte> plain;
            do
            {
                // Asking first lets a busy connection keep its buffer, and one that waits give it back.
                var readable = _connection.ReadAsync(Memory<byte>.Empty, cancellationToken);
                if (!readable.IsCompletedSuccessfully)
                    Shrink();
                await readable.ConfigureAwait(false);
                MakeRoom();
                var bytes = await _connection.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
                if (bytes == 0)
                {
                    if (_start != _end)
                        throw Fail("The connection ended within a frame.");
                    ReturnBuffer();
                    return default;
                }

                _end += bytes;
                _most = _end;
            }
            while (!TryTakeFrame(out plain));
            return plain;
        }
        finally
        {
            EndRead();
        }
    }

    /// <summary>Makes room for the whole of the frame that begins at the start.</summary>
    private void MakeRoom()
    {
        var partBytes = _end - _start;
        if (_most >= SmallBufferBytes && _reserved.Bytes < LargeBufferBytes && _reserved.TryResize(LargeBufferBytes, MemoryPriority.Medium))
            MoveTo(LargeBufferBytes);
        else if (_reserved.Bytes < SmallBufferBytes && _reserved.TryResize(SmallBufferBytes, MemoryPriority.Always))
            MoveTo(SmallBufferBytes);
        else if (_reserved.Bytes < SmallBufferBytes)
            throw Fail(SmallBufferBytes);
        else if (_start > 0)
            _buffer.AsSpan(_start, partBytes).CopyTo(_buffer); // Less than one frame.
        _start = 0;
        _end = partBytes;
    }

    /// <summary>Holds little more than what has come of a frame: a peer that begins one and stops costs about what it sent.</summary>
    private void Shrink()
    {
        var partBytes = _end - _start;
        var wanted = partBytes <= ShortPartBytes ? ShortPartBytes : LongPartBytes;
        if (partBytes == 0)
            ReturnBuffer();
        else if (_reserved.Bytes > wanted && partBytes <= wanted && _reserved.TryResize(wanted, MemoryPriority.Always))
            MoveTo(wanted);
    }

    /// <summary>Goes on with a buffer of another size, which is reserved already.</summary>
    private void MoveTo(int bytes)
    {
        var buffer = _pool.Rent(bytes);
        var partBytes = _end - _start;
        if (_buffer is not null)
        {
            _buffer.AsSpan(_start, partBytes).CopyTo(buffer);
            _pool.Return(_buffer);
        }

        (_buffer, _start, _end) = (buffer, 0, partBytes);
    }

    private void ReturnBuffer()
    {
        var buffer = _buffer;
        _buffer = null;
        _start = _end = 0;
        if (buffer is null)
            return;
        _pool.Return(buffer);
        _reserved.Release();
    }

    private ConnectionClosedException Fail(int bytes) => Fail("There is no memory for what comes.", new ResourceLimitExceededException("connection", "memory", bytes));

    private ConnectionClosedException Fail(string message, Exception? cause = null)
    {
        var failure = new ConnectionClosedException(message, cause);
        _failure = failure;
        _connection.Abort();
        ReturnBuffer();
        return failure;
    }

    private void EndRead()
    {
        if (_gate.Leave())
            Release();
    }

    private void Release()
    {
        ReturnBuffer();
        _receive.Dispose();
    }
}
