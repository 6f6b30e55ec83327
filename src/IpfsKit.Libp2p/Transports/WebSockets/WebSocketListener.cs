using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Threading.Channels;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Transports.WebSockets;

/// <summary>Takes TCP connections and makes them WebSockets, each beside the others.</summary>
/// <remarks>A connection that takes too long, asks for something else or breaks off is closed and not reported. Their number is bounded: see <see cref="WebSocketOptions.MaxPendingHandshakes"/>.</remarks>
internal sealed partial class WebSocketListener : IRawTransportListener
{
    private readonly IRawTransportListener _listener;
    private readonly Multiaddr _suffix;
    private readonly SslStreamCertificateContext? _certificate;
    private readonly WebSocketOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Action _refused;
    private readonly Channel<WebSocketConnection> _ready;
    private readonly Lock _lock = new();

    // In the order in which they began.
    private readonly LinkedList<Handshake> _handshakes = new();
    private readonly Task _loop;

    public WebSocketListener(
        IRawTransportListener listener, Multiaddr suffix, SslStreamCertificateContext? certificate, WebSocketOptions options, TimeProvider timeProvider, ILogger logger, Action refused)
    {
        _listener = listener;
        _suffix = suffix;
        _certificate = certificate;
        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
        _refused = refused;
        _ready = Channel.CreateBounded<WebSocketConnection>(options.MaxReadyConnections);
        Address = listener.Address.Encapsulate(suffix);
        _loop = Task.Run(AcceptConnectionsAsync);
    }

    /// <inheritdoc/>
    public Multiaddr Address { get; }

    /// <summary>The handshakes that are under way.</summary>
    internal int PendingHandshakes
    {
        get
        {
            lock (_lock)
                return _handshakes.Count;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IRawConnection?> AcceptAsync(CancellationToken cancellationToken)
    {
        while (await _ready.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_ready.Reader.TryRead(out var connection))
                return connection;
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _ready.Writer.TryComplete();
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        Handshake[] left;
        lock (_lock)
            left = [.. _handshakes];
        foreach (var handshake in left)
            handshake.Connection.Abort();
        foreach (var handshake in left)
            await handshake.Done.Task.ConfigureAwait(false);
        while (_ready.Reader.TryRead(out var connection))
            connection.Abort();
    }

    private async Task AcceptConnectionsAsync()
    {
        // While nobody takes those that are ready, the next ones wait in the operating system.
        while (await _ready.Writer.WaitToWriteAsync().ConfigureAwait(false) && await _listener.AcceptAsync(CancellationToken.None).ConfigureAwait(false) is { } connection)
        {
            var handshake = new Handshake(connection);
            lock (_lock)
            {
                _handshakes.AddLast(handshake.Node);
                if (_handshakes.Count > _options.MaxPendingHandshakes)
                    DropOne();
            }

            _ = RunAsync(handshake);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong with one connection is logged, and ends only that one.")]
    private async Task RunAsync(Handshake handshake)
    {
        var connection = handshake.Connection;
        WebSocketConnection? socket = null;
        try
        {
            using var deadline = new CancellationTokenSource(_options.HandshakeTimeout, _timeProvider);
            socket = await WebSocketUpgrades.AcceptAsync(connection, _certificate, _suffix, deadline.Token).ConfigureAwait(false);
            // Before it is handed out: whoever has it must not lose it to a listener that ends, or to one more attacker.
            Forget(handshake);
            if (socket is not null && !_ready.Writer.TryWrite(socket))
            {
                socket.Abort();
                LogNobodyTakes(_logger, Address, connection.RemoteAddress);
            }
        }
        catch (Exception exception) when (exception is FormatException or IOException or ConnectionClosedException or AuthenticationException or OperationCanceledException)
        {
            LogFailed(_logger, Address, connection.RemoteAddress, exception.Message);
            connection.Abort();
        }
        catch (Exception exception)
        {
            LogUnexpected(_logger, exception, Address, connection.RemoteAddress);
            connection.Abort();
        }
        finally
        {
            // What was refused with an answer ends in order, so that the answer is read.
            if (socket is null)
                await connection.DisposeAsync().ConfigureAwait(false);
            Forget(handshake);
            handshake.Done.SetResult();
        }
    }

    private void Forget(Handshake handshake)
    {
        lock (_lock)
        {
            if (handshake.Node.List is not null)
                _handshakes.Remove(handshake.Node);
        }
    }

    // The oldest of the address that has most, so that one address cannot take the places of all others.
    private void DropOne()
    {
        var counts = new Dictionary<IPAddress, int>();
        foreach (var handshake in _handshakes)
            CollectionsMarshal.GetValueRefOrAddDefault(counts, handshake.Address, out _)++;
        var most = counts.MaxBy(count => count.Value).Key;
        var oldest = _handshakes.First(handshake => handshake.Address.Equals(most));
        LogTooMany(_logger, Address, oldest.Connection.RemoteAddress);
        _refused();
        _handshakes.Remove(oldest.Node);
        oldest.Connection.Abort();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{RemoteAddress} did not become a WebSocket at {Address}: {Reason}")]
    private static partial void LogFailed(ILogger logger, Multiaddr address, Multiaddr remoteAddress, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Too many connections to {Address} are not WebSockets yet; {RemoteAddress}, of whose address are most, has waited longest of these and is dropped.")]
    private static partial void LogTooMany(ILogger logger, Multiaddr address, Multiaddr remoteAddress);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{RemoteAddress} is dropped, since nobody takes the WebSockets at {Address}.")]
    private static partial void LogNobodyTakes(ILogger logger, Multiaddr address, Multiaddr remoteAddress);

    [LoggerMessage(Level = LogLevel.Error, Message = "A connection of {RemoteAddress} to {Address} failed in an unexpected way.")]
    private static partial void LogUnexpected(ILogger logger, Exception exception, Multiaddr address, Multiaddr remoteAddress);

    private sealed class Handshake
    {
        public Handshake(IRawConnection connection)
        {
            Connection = connection;
            Address = connection.RemoteAddress.GetIPAddress() ?? IPAddress.None;
            Node = new LinkedListNode<Handshake>(this);
        }

        public IRawConnection Connection { get; }

        public IPAddress Address { get; }

        public LinkedListNode<Handshake> Node { get; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
