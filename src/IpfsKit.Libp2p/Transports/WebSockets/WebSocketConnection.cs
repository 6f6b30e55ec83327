using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports.WebSockets;

/// <summary>A WebSocket as bytes in order: binary messages one after the other, whose borders mean nothing.</summary>
/// <remarks>
/// <b>Half close.</b> A WebSocket's close frame ends a direction here: the other side reads the end, and may go on writing, since RFC 6455 lets it finish what it is sending before it answers with its own. Between two ends of this
/// library that works in full. Others may answer at once, browsers among them: then both directions end with the first of them. Muxers do not need half close of the connection, so nothing is lost in practice.
/// <para>A WebSocket that ends without a close frame is a failure, whichever way the TCP connection ended.</para>
/// </remarks>
internal sealed class WebSocketConnection(IRawConnection raw, Stream? tls, WebSocket socket, Multiaddr suffix) : IRawConnection
{
    /// <summary>The longest message that is written; more become several. The framework's WebSocket copies each into a buffer of that size.</summary>
    public const int MaxMessageBytes = 64 << 10;

    private readonly SemaphoreSlim _writing = new(1);
    private bool _hasEnded;
    private int _hasSentEnd;
    private int _isClosed;

    /// <inheritdoc/>
    public Multiaddr LocalAddress { get; } = raw.LocalAddress.Encapsulate(suffix);

    /// <inheritdoc/>
    public Multiaddr RemoteAddress { get; } = raw.RemoteAddress.Encapsulate(suffix);

    /// <inheritdoc/>
    public ConnectionDirection Direction => raw.Direction;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_hasEnded)
            return 0;
        try
        {
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
                switch (result.MessageType)
                {
                    case WebSocketMessageType.Binary when result.Count > 0 || buffer.IsEmpty:
                        return result.Count;
                    case WebSocketMessageType.Binary:
                        // An empty message, or the empty end of one.
                        continue;
                    case WebSocketMessageType.Close:
                        _hasEnded = true;
                        if (Volatile.Read(ref _hasSentEnd) != 0)
                            await EndUnderlyingAsync(cancellationToken).ConfigureAwait(false);
                        return 0;
                    default:
                        Abort();
                        throw new ConnectionClosedException($"{RemoteAddress} sent a text message.");
                }
            }
        }
        catch (Exception exception) when (IsFailure(exception, cancellationToken))
        {
            throw Failure(exception);
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                var message = buffer[..Math.Min(buffer.Length, MaxMessageBytes)];
                await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken).ConfigureAwait(false);
                buffer = buffer[message.Length..];
            }
        }
        catch (Exception exception) when (IsFailure(exception, cancellationToken))
        {
            throw Failure(exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _hasSentEnd, 1) != 0)
            return;
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken).ConfigureAwait(false);
            if (_hasEnded)
                await EndUnderlyingAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsFailure(exception, cancellationToken))
        {
            throw Failure(exception);
        }
    }

    /// <inheritdoc/>
    public void Abort()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        raw.Abort();
        Release();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            await raw.DisposeAsync().ConfigureAwait(false);
            Release();
        }
    }

    /// <summary>Both have said that they are done; the RFC lets the server close TCP first, and a client waits for it.</summary>
    private async ValueTask EndUnderlyingAsync(CancellationToken cancellationToken)
    {
        // The end of a read and of a write may come here at once.
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Direction == ConnectionDirection.Inbound)
                await raw.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private void Release()
    {
        socket.Dispose();
        tls?.Dispose();
    }

    // After an abort the framework's WebSocket says that it was cancelled, whoever it was.
    private static bool IsFailure(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or ConnectionClosedException => true,
        _ => false,
    };

    private ConnectionClosedException Failure(Exception exception) => exception as ConnectionClosedException ?? (Volatile.Read(ref _isClosed) != 0
        ? new ConnectionClosedException($"This side has closed the connection with {RemoteAddress}.", exception)
        : new ConnectionClosedException($"The connection with {RemoteAddress} is lost: {exception.Message}", exception));
}
