using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Protocols.Identify.Wire;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Protocols.Identify;

/// <summary>Asks every new connection who is there, answers who this host is, and tells peers when that changes.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source of cancellation has no timer and nobody's token: there is nothing to dispose.")]
internal sealed partial class IdentifyService
{
    private static readonly string[] IdProtocols = [IdentifyProtocol.Id];
    private static readonly string[] PushProtocols = [IdentifyProtocol.PushId];
    private static readonly string DefaultAgent = $"ipfskit/{typeof(IdentifyService).Assembly.GetName().Version?.ToString(3)}";

    private readonly HostParts _parts;
    private readonly HostServices _services;
    private readonly IdentifyOptions _options;
    private readonly Action<Session> _identified;
    private readonly IdentifyApplier _applier;
    private readonly SignedRecords _records;
    private readonly PeerPushes _pushes;
    private readonly ILogger _logger;
    private readonly TaskTracker _running;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _pushLock = new();
    private long _version = 1;
    private bool _isPushing;
    private bool _isPushDue;

    public IdentifyService(HostParts parts, HostServices services, Action<Session> identified)
    {
        (_parts, _services, _identified) = (parts, services, identified);
        _options = services.Options.Identify;
        _applier = new IdentifyApplier(parts.Peers, parts.Addresses);
        _records = new SignedRecords(services.Key, services.TimeProvider);
        _pushes = new PeerPushes(services.TimeProvider);
        _logger = services.Loggers.CreateLogger<IdentifyService>();
        _running = new TaskTracker(_logger);
    }

    /// <summary>Sets the handlers.</summary>
    public void Register()
    {
        _parts.Handlers.Set(ProtocolMatcher.Exact(IdentifyProtocol.Id), AnswerAsync, new StreamHandlerOptions { PerPeer = 8, Service = IdentifyProtocol.Service });
        _parts.Handlers.Set(ProtocolMatcher.Exact(IdentifyProtocol.PushId), ReceivePushAsync, new StreamHandlerOptions { PerPeer = 8, Service = IdentifyProtocol.Service });
        _parts.Handlers.Changed += OnLocalChange;
    }

    /// <summary>There is a new connection.</summary>
    public void OnSession(Session session) => _running.TryRun(() => AskAsync(session));

    /// <summary>A peer has lost its last connection.</summary>
    public void OnPeerGone(PeerId peer) => _pushes.Forget(peer);

    /// <summary>What this host says of itself has changed.</summary>
    public void OnLocalChange()
    {
        Interlocked.Increment(ref _version);
        PushLater();
    }

    /// <summary>Pushes if a peer was told what is not true any more: it was left out while it was not known whether it listens, or while it was being told.</summary>
    private void PushIfStale(Session session)
    {
        if (session.ToldVersion is > 0 and var told && told < Interlocked.Read(ref _version))
            PushLater();
    }

    private void PushLater()
    {
        // Changes come in swarms: those of the next while go out together. One push after the other, so that none overtakes a later one and brings back what was true before.
        lock (_pushLock)
        {
            _isPushDue = true;
            if (_isPushing)
                return;
            _isPushing = true;
        }

        _running.TryRun(PushLaterAsync);
    }

    /// <summary>Gives up what is under way.</summary>
    public async Task StopAsync()
    {
        _parts.Handlers.Changed -= OnLocalChange;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>What this host says of itself to a peer.</summary>
    public IdentifyMessage Describe(ISession session)
    {
        var addresses = _parts.Addresses.Addresses;
        var message = new IdentifyMessage
        {
            PublicKey = ByteString.CopyFrom(_services.Key.PublicKey.Encoded.Span),
            ProtocolVersion = _options.ProtocolVersion,
            AgentVersion = _options.AgentVersion ?? DefaultAgent,
            ObservedAddr = ByteString.CopyFrom(session.RemoteAddress.Bytes),
        };
        message.ListenAddrs.AddRange(addresses.Select(address => ByteString.CopyFrom(address.Bytes)));
        message.Protocols.AddRange(_parts.Handlers.Advertised);
        if (_records.Sign(addresses) is { } record)
            message.SignedPeerRecord = ByteString.CopyFrom(record);
        return message;
    }

    private async Task AskAsync(Session session)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var started = _services.TimeProvider.GetTimestamp();
        Exception? failure = null;
        using var deadline = Deadline(session.Ending);
        try
        {
            if (await AskUntilNoPushComesAsync(session, deadline.Token).ConfigureAwait(false))
            {
                _identified(session);
                PushIfStale(session);
            }
            else
            {
                failure = deadline.IsOver ? new TimeoutException("The peer did not answer in time.") : new ConnectionClosedException("The peer left before it answered.");
                LogNotIdentified(_logger, session.RemotePeer, failure);
            }
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException or TimeoutException or IOException)
        {
            // A peer that does not say who it is can be talked to all the same.
            failure = e;
            LogNotIdentified(_logger, session.RemotePeer, e);
        }
        finally
        {
            ForgetIfGone(session.RemotePeer);
            _services.Instruments.Identified(_services.TimeProvider.GetElapsedTime(started), Outcomes.Of(failure, session.Ending.IsCancellationRequested));
        }
    }

    /// <returns>False if the peer did not answer.</returns>
    private async Task<bool> AskUntilNoPushComesAsync(Session session, CancellationToken cancellationToken)
    {
        for (var asked = 0; asked < IdentifyProtocol.MaxQuestions; asked++)
        {
            var pushes = _pushes.Applied(session.RemotePeer);
            var stream = await session.NewStreamAsync(IdProtocols, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await stream.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
                if (!await stream.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && (session.IsClosing || cancellationToken.IsCancellationRequested))
                    return false;
                var answer = await IdentifyStreams.ReceiveAsync(stream, cancellationToken).ConfigureAwait(false);
                // A push may say some things only, so that neither it nor the answer is enough: the next answer has all of it.
                if (_pushes.TryApplyAnswer(session.RemotePeer, pushes, () => _applier.Apply(session, answer)))
                    return true;
            }
        }

        return true;
    }

    /// <summary>Asks a peer whose pushes were not read.</summary>
    private async Task AskLaterAsync(Session session)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(session.Ending, _stopping.Token);
            await Task.Delay(IdentifyProtocol.PushInterval, _services.TimeProvider, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await AskAsync(session).ConfigureAwait(false);
    }

    private async Task AnswerAsync(IProtocolStream stream, CancellationToken cancellationToken)
    {
        using var deadline = Deadline(cancellationToken);
        // Before what is told is looked at: what changes meanwhile is told again.
        var version = Interlocked.Read(ref _version);
        await IdentifyStreams.SendAsync(stream, Describe(stream.Session), deadline.Token).ConfigureAwait(false);
        var session = (Session)stream.Session;
        session.ToldVersion = version;
        PushIfStale(session);
    }

    private async Task ReceivePushAsync(IProtocolStream stream, CancellationToken cancellationToken)
    {
        var session = (Session)stream.Session;
        var peer = session.RemotePeer;
        try
        {
            if (!_pushes.TryBegin(peer, out var isFirstRefused))
            {
                // Counted before the peer can see it.
                _parts.Resources.Note(ScopeKind.Peer, ResourceKind.Streams);
                stream.Reset();
                if (isFirstRefused)
                    _running.TryRun(() => AskLaterAsync(session));
                return;
            }

            using var deadline = Deadline(cancellationToken);
            var message = await IdentifyStreams.ReceiveAsync(stream, deadline.Token).ConfigureAwait(false);
            _pushes.Apply(peer, () => _applier.Apply(session, message));
        }
        finally
        {
            ForgetIfGone(peer);
        }

        _identified(session);
    }

    // A peer may have left before its state was made.
    private void ForgetIfGone(PeerId peer)
    {
        if (_parts.Swarm.Get(peer).Count == 0)
            _pushes.Forget(peer);
    }

    private async Task PushLaterAsync()
    {
        try
        {
            do
            {
                await Task.Delay(_options.PushDelay, _services.TimeProvider, _stopping.Token).ConfigureAwait(false);
                lock (_pushLock)
                    _isPushDue = false;
                var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.MaxConcurrentPushes, CancellationToken = _stopping.Token };
                await Parallel.ForEachAsync(_parts.Swarm.Peers, parallel, PushAsync).ConfigureAwait(false);
            }
            while (IsPushDueAgain());
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The host stops, and peers see that.
        }
    }

    private bool IsPushDueAgain()
    {
        lock (_pushLock)
            return _isPushing = _isPushDue;
    }

    private async ValueTask PushAsync(PeerId peer, CancellationToken cancellationToken)
    {
        if (_parts.Swarm.Find(peer) is not { } session || _parts.Peers.FindProtocol(peer, PushProtocols) is null)
            return;
        var version = Interlocked.Read(ref _version);
        if (_parts.Swarm.Get(peer).Any(known => known.ToldVersion >= version))
            return;
        using var deadline = Deadline(cancellationToken);
        try
        {
            var stream = await session.NewStreamAsync(PushProtocols, deadline.Token).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                await IdentifyStreams.SendAsync(stream, Describe(session), deadline.Token).ConfigureAwait(false);
                // Until the peer has taken it: leaving before would reset the stream.
                await stream.ReadAsync(new byte[1], deadline.Token).ConfigureAwait(false);
            }

            session.ToldVersion = version;
        }
        catch (Exception e) when (e is Libp2pException or TimeoutException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogNotPushed(_logger, peer, e);
        }
    }

    private DeadlineSource Deadline(CancellationToken cancellationToken) => new(_options.Timeout, _services.TimeProvider, cancellationToken, _stopping.Token);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{PeerId} did not say who it is.")]
    private static partial void LogNotIdentified(ILogger logger, PeerId peerId, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{PeerId} could not be told of a change.")]
    private static partial void LogNotPushed(ILogger logger, PeerId peerId, Exception exception);
}
