using System.Buffers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Transports;

namespace IpfsKit.Libp2p.Security.Tls;

/// <summary>A connection behind a TLS handshake.</summary>
/// <remarks>
/// While no bytes come it waits by a read without a buffer, and neither it nor <see cref="SslStream"/> holds one then. What stays is the state of the platform's library.
/// A peer that ends says so (close_notify). The end of the connection without it is a failure, also between two records, where <see cref="SslStream"/> itself does not tell the two apart: anybody on the way can cut a
/// connection there.
/// </remarks>
internal sealed class TlsChannel(IRawConnection connection, SecureSession session, TlsConnectionStream below, SslStream stream, IMemoryBudget memory) : ISecureChannel
{
    /// <summary>The buffer for plain bytes: two records, which is what <see cref="SslStream"/> reads at a time.</summary>
    public const int BufferBytes = 32 * 1024;

    /// <summary>What is reserved while there is something to read: that buffer, and the one that <see cref="SslStream"/> rents for the records.</summary>
    public const int ReservedBytes = 2 * BufferBytes;

    private ChannelReadGate _gate;
    private byte[]? _buffer;
    private Exception? _failure;

    public SecureSession Session => session;

    public IFrameSealer Sealer => TlsSealer.Instance;

    /// <summary>Whether it holds a buffer for what comes.</summary>
    internal bool HoldsBuffer => Volatile.Read(ref _buffer) is not null;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        _gate.Enter();
        try
        {
            if (_failure is not null)
                throw new ConnectionClosedException(_failure.Message, _failure);
            return await ReceiveAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Fail(e);
        }
        finally
        {
            if (_gate.Leave())
                ReturnBuffer();
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(frames, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Fail(e);
        }
    }

    public async ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await below.RunAloneAsync(stream.ShutdownAsync, cancellationToken).ConfigureAwait(false);
            await connection.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Fail(e);
        }
    }

    public void Abort() => connection.Abort();

    public async ValueTask DisposeAsync()
    {
        if (_gate.Close(out var first))
            ReturnBuffer();
        if (first)
            await stream.DisposeAsync().ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        await below.BeginReadAsync().ConfigureAwait(false);
        try
        {
            var readable = stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
            if (!readable.IsCompletedSuccessfully)
                ReturnBuffer();
            await readable.ConfigureAwait(false);
            RentBuffer();
            var bytes = await stream.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
            if (bytes == 0)
            {
                ReturnBuffer();
                if (below.HasEnded)
                    throw new IOException("it ended without a close_notify.");
            }

            return _buffer.AsMemory(0, bytes);
        }
        finally
        {
            below.EndRead();
        }
    }

    private ConnectionClosedException Fail(Exception cause)
    {
        connection.Abort();
        var reason = cause is ObjectDisposedException ? "The connection is closed." : $"The connection failed: {(cause.InnerException ?? cause).Message}";
        var failure = new ConnectionClosedException(reason, cause);
        Interlocked.CompareExchange(ref _failure, failure, null);
        return failure;
    }

    private void RentBuffer()
    {
        if (_buffer is not null)
            return;
        if (!memory.TryReserve(ReservedBytes, MemoryPriority.Always))
        {
            connection.Abort();
            throw _failure = new ConnectionClosedException("There is no memory for what comes.", new ResourceLimitExceededException("connection", "memory", ReservedBytes));
        }

        _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    }

    private void ReturnBuffer()
    {
        if (Interlocked.Exchange(ref _buffer, null) is not { } buffer)
            return;
        ArrayPool<byte>.Shared.Return(buffer);
        memory.Release(ReservedBytes);
    }
}
