using System.Net.Sockets;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Transports.Tcp;

/// <summary>A listening TCP socket.</summary>
/// <remarks>Nothing that a single connection does ends it, and neither does a process that runs out of open files: it pauses, longer each time, and goes on. What waits meanwhile waits in the operating system's bounded backlog.</remarks>
internal sealed partial class TcpTransportListener : IRawTransportListener
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);

    private readonly Socket _socket;
    private readonly TimeSpan _maxPause;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposed = new();
    private int _isDisposed;

    public TcpTransportListener(Socket socket, Multiaddr address, TimeSpan maxPause, TimeProvider timeProvider, ILogger logger)
    {
        _socket = socket;
        Address = address;
        _maxPause = maxPause;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <inheritdoc/>
    public Multiaddr Address { get; }

    /// <inheritdoc/>
    public async ValueTask<IRawConnection?> AcceptAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            Socket? accepted = null;
            try
            {
                accepted = await AcceptSocketAsync(cancellationToken).ConfigureAwait(false);
                return TcpConnection.Create(accepted, ConnectionDirection.Inbound);
            }
            catch (Exception exception) when (Volatile.Read(ref _isDisposed) != 0 && exception is SocketException or ObjectDisposedException)
            {
                accepted?.Dispose();
                return null;
            }
            catch (SocketException) when (accepted is not null)
            {
                // It was reset before anybody could ask it who it is.
                accepted.Dispose();
            }
            catch (SocketException exception) when (SocketErrors.IsOfOneConnection(exception.SocketErrorCode))
            {
                LogConnectionLost(_logger, Address, exception.SocketErrorCode);
            }
            catch (SocketException exception)
            {
                LogAcceptFailed(_logger, exception, Address, pause);
                if (!await PauseAsync(pause, cancellationToken).ConfigureAwait(false))
                    return null;
                pause = pause * 2 < _maxPause ? pause * 2 : _maxPause;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _socket.Dispose();
        await _disposed.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>The system call; tests put a failing one in its place.</summary>
    internal Func<CancellationToken, ValueTask<Socket>>? AcceptOverride { get; set; }

    private ValueTask<Socket> AcceptSocketAsync(CancellationToken cancellationToken) =>
        AcceptOverride is { } accept ? accept(cancellationToken) : _socket.AcceptAsync(cancellationToken);

    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        try
        {
            await Task.Delay(pause, _timeProvider, linked.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A connection to {Address} was lost before it was accepted: {Error}.")]
    private static partial void LogConnectionLost(ILogger logger, Multiaddr address, SocketError error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Accepting connections at {Address} failed; the next attempt follows after {Pause}.")]
    private static partial void LogAcceptFailed(ILogger logger, Exception exception, Multiaddr address, TimeSpan pause);
}
