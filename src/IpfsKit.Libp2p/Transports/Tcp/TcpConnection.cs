using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports.Tcp;

/// <summary>A TCP connection. Bytes go straight between the socket and the caller's buffers; waiting holds none.</summary>
internal sealed class TcpConnection : IRawConnection
{
    private readonly Socket _socket;
    private int _closed;

    private TcpConnection(Socket socket, Multiaddr localAddress, Multiaddr remoteAddress, ConnectionDirection direction)
    {
        _socket = socket;
        LocalAddress = localAddress;
        RemoteAddress = remoteAddress;
        Direction = direction;
    }

    /// <inheritdoc/>
    public Multiaddr LocalAddress { get; }

    /// <inheritdoc/>
    public Multiaddr RemoteAddress { get; }

    /// <inheritdoc/>
    public ConnectionDirection Direction { get; }

    /// <summary>Takes over a connected socket.</summary>
    /// <exception cref="SocketException">The connection has been reset meanwhile; the socket is still the caller's.</exception>
    public static TcpConnection Create(Socket socket, ConnectionDirection direction)
    {
        // Muxers write whole frames; to hold them back for more would only cost time.
        socket.NoDelay = true;
        return new TcpConnection(socket, IpAddresses.FromTcp((IPEndPoint)socket.LocalEndPoint!), IpAddresses.FromTcp((IPEndPoint)socket.RemoteEndPoint!), direction);
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ValueTask<int> read;
        try
        {
            read = _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
        }
        catch (ObjectDisposedException exception)
        {
            return ValueTask.FromException<int>(Failure(exception));
        }

        return read.IsCompletedSuccessfully ? read : AwaitReadAsync(read);
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        // An empty send would go through the kernel for nothing.
        if (buffer.IsEmpty)
            return ValueTask.CompletedTask;
        ValueTask<int> write;
        try
        {
            write = _socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
        }
        catch (ObjectDisposedException exception)
        {
            return ValueTask.FromException(Failure(exception));
        }

        if (!write.IsCompletedSuccessfully)
            return AwaitWriteAsync(write, buffer, cancellationToken);
        var sent = write.Result;
        return sent == buffer.Length ? ValueTask.CompletedTask : AwaitWriteAsync(ValueTask.FromResult(sent), buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask CompleteWritesAsync(CancellationToken cancellationToken)
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            return ValueTask.CompletedTask;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return ValueTask.FromException(Failure(exception));
        }
    }

    /// <inheritdoc/>
    public void Abort()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        try
        {
            // To linger for no time is how sockets spell a reset.
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (SocketException)
        {
            // The connection has ended already: nobody is left to tell.
        }

        _socket.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
            _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> AwaitReadAsync(ValueTask<int> read)
    {
        try
        {
            return await read.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            throw Failure(exception);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitWriteAsync(ValueTask<int> write, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                buffer = buffer[await write.ConfigureAwait(false)..];
                if (buffer.IsEmpty)
                    return;
                write = _socket.SendAsync(buffer, SocketFlags.None, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            throw Failure(exception);
        }
    }

    private ConnectionClosedException Failure(Exception exception) => Volatile.Read(ref _closed) != 0
        ? new ConnectionClosedException($"This side has closed the connection with {RemoteAddress}.", exception)
        : new ConnectionClosedException($"The connection with {RemoteAddress} is lost: {Describe(exception)}.", exception);

    private static string Describe(Exception exception) => exception is SocketException socket ? SocketErrors.Describe(socket) : exception.Message;
}
