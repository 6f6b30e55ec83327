using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Protocols.Identify;
using IpfsKit.Libp2p.Protocols.Ping;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>The host: the face of its parts, their life, and its events.</summary>
internal sealed partial class Libp2pHost : ILibp2pHost, IDisposable
{
    private readonly HostServices _services;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _lifecycle = new(1);
    private readonly IdentifyService _identify;
    private PeerStoreSaver? _saver;
    private State _state;

    public Libp2pHost(HostServices services)
    {
        _services = services;
        _logger = services.Loggers.CreateLogger<Libp2pHost>();
        Parts = new HostParts(services);
        LocalPeer = new LocalPeer(services.Key, Parts.Addresses, Parts.Handlers);
        _identify = new IdentifyService(Parts, services, OnIdentified);
        Ping = new PingService(this, Parts.Peers, services.Options.Ping, services.TimeProvider, services.Instruments);

        Parts.Swarm.Added += OnAdded;
        Parts.Swarm.Removed += OnRemoved;
        Parts.Addresses.Changed += OnAddressesChanged;
        if (services.Gater is ConnectionGater gater)
            gater.Changed += OnGaterChanged;
        _identify.Register();
        var ping = new PingHandler(services.Options.Ping, services.TimeProvider);
        SetStreamHandler(ping.Protocol, ping.HandleAsync, ping.Options);
    }

    /// <inheritdoc/>
    public event EventHandler<PeerEventArgs>? PeerConnected;

    /// <inheritdoc/>
    public event EventHandler<PeerEventArgs>? PeerDisconnected;

    /// <inheritdoc/>
    public event EventHandler<PeerEventArgs>? PeerIdentified;

    /// <inheritdoc/>
    public event EventHandler? AddressesChanged;

    /// <summary>What it is made of.</summary>
    public HostParts Parts { get; }

    /// <summary>Measures round trips.</summary>
    public PingService Ping { get; }

    /// <inheritdoc/>
    public ILocalPeer LocalPeer { get; }

    /// <inheritdoc/>
    public IPeerStore PeerStore => Parts.Peers;

    /// <inheritdoc/>
    public IConnectionManager ConnectionManager => Parts.Connections;

    /// <inheritdoc/>
    public IResourceManager Resources => Parts.Resources;

    /// <inheritdoc/>
    public IReadOnlyList<ISession> Sessions => Parts.Swarm.Sessions;

    /// <inheritdoc/>
    public IReadOnlyList<PeerId> ConnectedPeers => Parts.Swarm.Peers;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_state == State.Started)
                return;
            if (_state == State.Stopped)
                throw new InvalidOperationException("A host that was stopped does not start again; make a new one.");
            if (_services.Options.Peers.Path is not null)
                _saver ??= PeerStoreSaver.Start(Parts.Peers, _services.Options.Peers, _services.TimeProvider, _logger);
            await Parts.Listeners.StartAsync(_services.Options.ListenAddresses.Select(Multiaddr.Parse), cancellationToken).ConfigureAwait(false);
            _state = State.Started;
            LogStarted(_logger, LocalPeer.PeerId);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _lifecycle.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_state == State.Stopped)
                return;
            _state = State.Stopped;
            // From the outside in: nothing new comes, what runs may end, then connections close and take the rest with them.
            if (_services.Gater is ConnectionGater gater)
                gater.Changed -= OnGaterChanged;
            await Parts.Listeners.StopAsync().ConfigureAwait(false);
            await Parts.Dialer.StopAsync().ConfigureAwait(false);
            await _identify.StopAsync().ConfigureAwait(false);
            await Parts.Connections.DisposeAsync().ConfigureAwait(false);
            await Parts.Router.StopAsync(_services.Options.DrainTimeout, cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(Parts.Swarm.Close().Select(session => session.CloseAsync(cancellationToken))).ConfigureAwait(false);
            await Parts.Sessions.WhenEndedAsync().ConfigureAwait(false);
            await Parts.Router.WhenIdleAsync().ConfigureAwait(false);
            Parts.AddressDialer.Dispose();
            if (_saver is not null)
                await _saver.DisposeAsync().ConfigureAwait(false);
            LogStopped(_logger, LocalPeer.PeerId);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <inheritdoc/>
    public bool IsConnected(PeerId peer) => Parts.Swarm.Get(peer).Count > 0;

    /// <inheritdoc/>
    public IReadOnlyList<ISession> GetSessions(PeerId peer) => Parts.Swarm.Get(peer);

    /// <inheritdoc/>
    public async Task<ISession> DialAsync(Multiaddr address, CancellationToken cancellationToken = default) =>
        await Parts.Dialer.ConnectAsync(PeerInfo.FromAddress(address), isForced: true, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<ISession> ConnectAsync(PeerInfo peer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return await Parts.Dialer.ConnectAsync(peer, isForced: false, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task DisconnectAsync(PeerId peer, CancellationToken cancellationToken = default) => Parts.Swarm.CloseAsync(peer, cancellationToken);

    /// <inheritdoc/>
    public async Task<IProtocolStream> NewStreamAsync(PeerId peer, IReadOnlyList<string> protocols, CancellationToken cancellationToken = default)
    {
        var session = await Parts.Dialer.ConnectAsync(new PeerInfo(peer), isForced: false, cancellationToken).ConfigureAwait(false);
        try
        {
            return await session.NewStreamAsync(protocols, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectionClosedException)
        {
            // It ended in that moment, and nothing of the caller's was sent on it: once more, on another one or a new one.
            session = await Parts.Dialer.ConnectAsync(new PeerInfo(peer), isForced: false, cancellationToken).ConfigureAwait(false);
            return await session.NewStreamAsync(protocols, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void SetStreamHandler(ProtocolMatcher protocol, StreamHandler handler, StreamHandlerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(handler);
        Parts.Handlers.Set(protocol, handler, options ?? new StreamHandlerOptions());
    }

    /// <inheritdoc/>
    public bool RemoveStreamHandler(string protocol) => Parts.Handlers.Remove(protocol);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        await StopAsync(now.Token).ConfigureAwait(false);
    }

    // For containers that are disposed synchronously; there is no other caller. Nothing in here needs the caller's thread.
    void IDisposable.Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void OnAdded(Session session, bool isFirst)
    {
        if (isFirst)
        {
            Parts.Peers.SetConnected(session.RemotePeer, true);
            Parts.Connections.OnPeer(session.RemotePeer, true);
        }

        Parts.Peers.SetIdentity(session.RemotePeer, session.RemoteKey, null, null);
        LogConnected(_logger, session.RemotePeer, session.RemoteAddress, session.Direction);
        if (isFirst)
            Raise(PeerConnected, new PeerEventArgs(session.RemotePeer, session));
        Parts.Connections.OnConnection();
        _identify.OnSession(session);
    }

    private void OnRemoved(Session session, bool isLast)
    {
        LogDisconnected(_logger, session.RemotePeer, session.RemoteAddress);
        if (!isLast)
            return;
        Parts.Peers.SetConnected(session.RemotePeer, false);
        Parts.Connections.OnPeer(session.RemotePeer, false);
        _identify.OnPeerGone(session.RemotePeer);
        Raise(PeerDisconnected, new PeerEventArgs(session.RemotePeer, session));
    }

    private void OnIdentified(Session session) => Raise(PeerIdentified, new PeerEventArgs(session.RemotePeer, session));

    private void OnAddressesChanged()
    {
        _identify.OnLocalChange();
        Raise((sender, _) => AddressesChanged?.Invoke(sender, EventArgs.Empty), null);
    }

    private void OnGaterChanged()
    {
        foreach (var session in Parts.Swarm.Sessions)
        {
            if (!_services.Gater.AllowsPeer(session.RemotePeer, session.Direction) || !_services.Gater.AllowsAddress(session.RemoteAddress, session.Direction))
                session.Abort();
        }
    }

    private void Raise(EventHandler<PeerEventArgs>? handlers, PeerEventArgs? arguments)
    {
        try
        {
            handlers?.Invoke(this, arguments!);
        }
#pragma warning disable CA1031 // A subscriber's fault must not cost a connection.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogSubscriberFailed(_logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The libp2p host {PeerId} has started.")]
    private static partial void LogStarted(ILogger logger, PeerId peerId);

    [LoggerMessage(Level = LogLevel.Information, Message = "The libp2p host {PeerId} has stopped.")]
    private static partial void LogStopped(ILogger logger, PeerId peerId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connected: {PeerId} at {Address}, {Direction}.")]
    private static partial void LogConnected(ILogger logger, PeerId peerId, Multiaddr address, ConnectionDirection direction);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Disconnected: {PeerId} at {Address}.")]
    private static partial void LogDisconnected(ILogger logger, PeerId peerId, Multiaddr address);

    [LoggerMessage(Level = LogLevel.Error, Message = "A subscriber of the host's events failed.")]
    private static partial void LogSubscriberFailed(ILogger logger, Exception exception);

    private enum State
    {
        New,
        Started,
        Stopped,
    }
}
