using IpfsKit.Bitswap.Messages;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Bitswap.Network;

/// <summary>Bitswap's streams over a libp2p host.</summary>
/// <remarks>
/// <para><b>Outbound.</b> Two <see cref="OutboundLane"/> for each peer: wants do not wait behind blocks. They use connections that there are, and never dial.</para>
/// <para><b>Inbound.</b> A peer may send many messages on one stream (Go) or open one for each (js). Each stream is read by its own <see cref="MessageReader"/>; what a peer sends that is wrong costs it the stream.</para>
/// <para><b>Bounds.</b> Streams of a peer (<see cref="BitswapNetworkOptions.MaxInboundStreamsPerPeer"/>), memory by the host's limits, time by <see cref="TransferTimeout"/> and the idle timeouts. An idle stream holds no buffer.</para>
/// </remarks>
internal sealed partial class BitswapNetwork : IBitswapNetwork, IAsyncDisposable
{
    private readonly ILibp2pHost _host;
    private readonly BitswapNetworkOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly NetworkInstruments _instruments;
    private readonly IFetchObserver? _observer;
    private readonly ILogger<BitswapNetwork> _logger;
    private readonly PeerRegistry _registry;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _ending = [];
    private IMessageSink? _sink;
    private Task _sweeping = Task.CompletedTask;

    /// <summary>Makes a network; <see cref="Start"/> begins to listen.</summary>
    public BitswapNetwork(
        ILibp2pHost host, BitswapNetworkOptions options, TimeProvider timeProvider, NetworkInstruments instruments, IFetchObserver? observer, ILogger<BitswapNetwork> logger)
    {
        (_host, _options, _timeProvider, _instruments, _observer, _logger) = (host, options, timeProvider, instruments, observer, logger);
        _registry = new PeerRegistry(host, CreateEntry, logger);
        _registry.Ended += OnEnded;
        instruments.ObservePeers(() => _registry.Peers.Count);
    }

    /// <inheritdoc/>
    public event Action<BitswapPeer>? PeerJoined
    {
        add => _registry.Joined += value;
        remove => _registry.Joined -= value;
    }

    /// <inheritdoc/>
    public event Action<BitswapPeer>? PeerLeft
    {
        add => _registry.Left += value;
        remove => _registry.Left -= value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<BitswapPeer> Peers => _registry.Peers;

    /// <summary>Takes streams and tells peers so, from now on.</summary>
    /// <param name="sink">Gets what they send.</param>
    public void Start(IMessageSink sink)
    {
        _sink = sink;
        _registry.Start();
        foreach (var id in BitswapProtocol.Ids)
            _host.SetStreamHandler(ProtocolMatcher.Exact(id), HandleAsync, new StreamHandlerOptions { PerPeer = _options.MaxInboundStreamsPerPeer, EndsWithHost = true });
        _sweeping = SweepAsync();
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(PeerId peer, OutboundMessage message, MessageLane lane, CancellationToken cancellationToken) =>
        _registry.Find(peer) is { } entry
            ? entry[lane].SendAsync(message, cancellationToken)
            : ValueTask.FromException(new PeerUnreachableException(peer, "it is not connected, or does not speak bitswap."));

    /// <inheritdoc/>
    public async Task<BitswapPeer?> ConnectAsync(PeerInfo peer, CancellationToken cancellationToken)
    {
        if (_registry.Find(peer.PeerId) is { } entry)
            return entry.Peer;
        // The registry's lock is not taken within those of the caller, which its events take.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _host.ConnectAsync(peer, cancellationToken).ConfigureAwait(false);
        try
        {
            return await _registry.WhenKnownAsync(peer.PeerId).WaitAsync(_options.IdentifyTimeout, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It does not say who it is.
            return null;
        }
    }

    /// <inheritdoc/>
    public TimeSpan GetRoundTripTime(PeerId peer) =>
        _host.GetSessions(peer) is [{ RoundTripTime: var measured }, ..] && measured > TimeSpan.Zero ? measured : _host.PeerStore.GetLatency(peer) ?? TimeSpan.Zero;

    /// <summary>Takes no streams any more; everybody has left, and what is being sent fails.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_sink is not null)
        {
            foreach (var id in BitswapProtocol.Ids)
                _host.RemoveStreamHandler(id);
        }

        _registry.Stop();
        await _sweeping.ConfigureAwait(false);
        Task[] ending;
        lock (_lock)
            ending = [.. _ending];
        await Task.WhenAll(ending).ConfigureAwait(false);
    }

    private async Task HandleAsync(IProtocolStream stream, CancellationToken cancellationToken)
    {
        var peer = stream.Session.RemotePeer;
        _registry.OnStream(peer, BitswapProtocol.VersionOf(stream.Protocol) ?? BitswapVersion.Unversioned);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        using var deadline = new ReadDeadline(_options.InboundIdleTimeout, _timeProvider, either.Token);
        using var reader = new MessageReader(stream, peer, _sink!, deadline);
        try
        {
            while (await reader.ReadAsync().ConfigureAwait(false))
                _instruments.OnReceived(reader.MessageBytes);
        }
        catch (OperationCanceledException) when (deadline.IsOver)
        {
            // Not in order: what the peer is just sending would be lost without its knowing.
            stream.Reset();
            Failed(peer, reader.IsWithinMessage ? StreamFailure.Slow : StreamFailure.Idle);
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException)
        {
            Failed(peer, e switch
            {
                ProtocolViolationException => StreamFailure.Violation,
                ResourceLimitExceededException => StreamFailure.Memory,
                _ => StreamFailure.Lost,
            });
            throw;
        }
        finally
        {
            if (reader.Ignored > 0)
                _instruments.OnIgnored(reader.Ignored);
        }
    }

    private void Failed(PeerId peer, StreamFailure failure)
    {
        _instruments.OnFailed(failure);
        if (failure is StreamFailure.Violation)
            _observer?.Failed(peer, PeerFailure.ProtocolViolation);
        else if (failure is StreamFailure.Slow)
            _observer?.Failed(peer, PeerFailure.Timeout);
    }

    private PeerEntry CreateEntry(BitswapPeer peer) => new(peer, CreateLane(peer), CreateLane(peer));

    private OutboundLane CreateLane(BitswapPeer peer)
    {
        string[] protocols = [BitswapProtocol.IdOf(peer.Version)];
        return new OutboundLane(peer.Id, OpenAsync, _timeProvider, _instruments);

        Task<IProtocolStream> OpenAsync(CancellationToken cancellationToken) => _host.GetSessions(peer.Id) is [var session, ..]
            ? session.NewStreamAsync(protocols, cancellationToken)
            : throw new ConnectionClosedException($"There is no connection with {peer.Id} any more.");
    }

    private void OnEnded(PeerEntry entry)
    {
        lock (_lock)
        {
            var ending = EndAsync(entry);
            _ending.Add(ending);
            _ending.RemoveWhere(task => task.IsCompleted);
        }
    }

    private async Task EndAsync(PeerEntry entry)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await entry.Wants.DisposeAsync().ConfigureAwait(false);
            await entry.Responses.DisposeAsync().ConfigureAwait(false);
        }
        catch (Libp2pException e)
        {
            LogNotEnded(_logger, entry.Peer.Id, e);
        }
    }

    private async Task SweepAsync()
    {
        using var timer = new PeriodicTimer(_options.OutboundIdleTimeout / 2, _timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                foreach (var entry in _registry.Entries)
                {
                    entry.Wants.EndIfIdle(_options.OutboundIdleTimeout);
                    entry.Responses.EndIfIdle(_options.OutboundIdleTimeout);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The network stops.
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The streams to {PeerId}, who has left, could not be ended.")]
    private static partial void LogNotEnded(ILogger logger, PeerId peerId, Exception exception);
}
