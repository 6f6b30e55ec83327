using System.Threading.Channels;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>A secure channel that carries streams by yamux.</summary>
/// <remarks>
/// <para>Spec: <see href="https://github.com/hashicorp/yamux/blob/master/spec.md"/> and <see href="https://github.com/libp2p/specs/blob/master/yamux/README.md"/>.</para>
/// <para><b>Loops.</b> One reads the channel and never waits for anything else: bytes go to a waiting read or into the stream's buffer, answers into the send buffer or into flags. The other one sends (<see cref="YamuxSender"/>).
/// Neither runs code of callers: reads and writes are continued by the thread pool.</para>
/// <para><b>Memory.</b> Windows and send buffers are reserved in the connection's budget; an idle connection has two small send buffers reserved and none rented.</para>
/// <para><b>Discrepancies.</b> A stream is opened by its first frame, with bytes or without, as go-libp2p and js-libp2p do it, and not by a frame of its own. An inbound stream is acknowledged when it is accepted, as in
/// go-libp2p, so that the backlog of the other side is a measure of what waits here. Streams that are refused are reset.</para>
/// </remarks>
internal sealed partial class YamuxConnection : IMuxedConnection
{
    private readonly Lock _lock = new();
    private readonly ISecureChannel _channel;
    private readonly IMemoryBudget _memory;
    private readonly YamuxOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly YamuxSender _sender;
    private readonly YamuxPinger _pinger;
    private readonly YamuxAnswers _answers;
    private readonly Dictionary<uint, YamuxStream> _streams = [];
    private readonly Channel<YamuxStream> _backlog;
    private readonly YamuxOpenPlaces _places;
    private readonly Action _refused;
    private readonly TaskCompletionSource<Exception?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly uint _remoteParity;
    private readonly Task _sending;
    private FloodLimit _pings;
    private FloodLimit _resets;
    private FloodLimit _refusals;
    private FloodLimit _silent;
    private uint _nextId;
    private uint _highestRemoteId;
    private bool _isRemoteLeaving;
    private bool _isStopped;
    private ConnectionClosedException? _failure;
    private Exception? _reason;

    /// <param name="channel">Owned by this.</param>
    /// <param name="memory">Of which two small send buffers have been reserved; released at the end.</param>
    /// <param name="options">Validated.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Told what the other side does wrong.</param>
    /// <param name="refused">Told of each stream that is refused here, for another reason than memory, which the budget knows of itself.</param>
    public YamuxConnection(ISecureChannel channel, IMemoryBudget memory, YamuxOptions options, TimeProvider timeProvider, ILogger logger, Action? refused = null)
    {
        (_channel, _memory, _options, _timeProvider, _logger, _refused) = (channel, memory, options, timeProvider, logger, refused ?? (static () => { }));
        _places = new YamuxOpenPlaces(options, timeProvider, _refused);
        _sender = new YamuxSender(channel, memory, options, timeProvider, Abort);
        _pinger = new YamuxPinger(_sender, options, timeProvider, Abort);
        _answers = new YamuxAnswers(_sender);
        _backlog = Channel.CreateBounded<YamuxStream>(options.MaxAcceptBacklog);
        _pings = new FloodLimit(options.MaxPings, timeProvider);
        _resets = new FloodLimit(options.MaxResets, timeProvider);
        _refusals = new FloodLimit(options.MaxRefusedStreams, timeProvider);
        _silent = new FloodLimit(options.MaxSilentStreams, timeProvider);
        var isDialer = channel.Session.Direction == ConnectionDirection.Outbound;
        (_nextId, _remoteParity) = isDialer ? (1u, 0u) : (2u, 1u);
        _sending = SendLoopAsync();
        _ = RunAsync();
    }

    public SecureSession Session => _channel.Session;

    public int StreamCount
    {
        get
        {
            lock (_lock)
                return _streams.Count;
        }
    }

    public bool IsClosing
    {
        get
        {
            lock (_lock)
                return _isStopped || _isRemoteLeaving || _nextId > uint.MaxValue - 2;
        }
    }

    public TimeSpan RoundTripTime => _pinger.RoundTripTime;

    public Task<Exception?> Closed => _closed.Task;

    public ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken) => _pinger.PingAsync(cancellationToken);

    public async ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        if (!Stop(null))
        {
            await Closed.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        _sender.Send(Goodbye(YamuxGoAwayCode.Normal));
        _sender.Complete();
        try
        {
            // What was written, then the end, then that of the other side: closing before it has read everything could lose the last bytes.
            await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
            await _channel.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
            await Closed.WaitAsync(_options.CloseTimeout, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or ConnectionClosedException)
        {
            Abort();
        }
        catch (OperationCanceledException)
        {
            Abort();
            throw;
        }

        await Closed.ConfigureAwait(false);
    }

    public void Abort(Exception? reason = null)
    {
        Stop(reason as ConnectionClosedException ?? new ConnectionClosedException("This side has given the connection up.", reason));
        _channel.Abort();
        _sender.Fail();
    }

    public async ValueTask DisposeAsync()
    {
        if (!Closed.IsCompleted)
            Abort();
        await Closed.ConfigureAwait(false);
    }

    private static YamuxHeader Goodbye(YamuxGoAwayCode code) => new(YamuxFrameType.GoAway, YamuxFlags.None, 0, (uint)code);

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await ReadAsync().ConfigureAwait(false);
            bool isInOrder;
            lock (_lock)
                isInOrder = _isRemoteLeaving || _streams.Count == 0;
            Stop(isInOrder ? null : new ConnectionClosedException("The other side closed the connection while streams were open."));
            _sender.Complete();
        }
        catch (YamuxViolationException violation)
        {
            LogViolation(Session.RemotePeer, violation.Message);
            Stop(new ConnectionClosedException($"The other side broke the protocol: {violation.Message}", violation));
            _sender.Send(Goodbye(YamuxGoAwayCode.ProtocolError));
            _sender.Complete();
        }
        catch (Exception exception)
        {
            Abort(exception as ConnectionClosedException ?? new ConnectionClosedException("The connection failed.", exception));
        }

        // Bounded by the write timeout, which aborts the channel.
        await _sending.ConfigureAwait(false);
        _pinger.Dispose();
        while (_backlog.Reader.TryRead(out var stream))
            await stream.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _channel.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _memory.Release(2 * YamuxSendBuffer.SmallBytes);
            _closed.TrySetResult(_reason);
        }
    }

    private async Task ReadAsync()
    {
        var reader = new YamuxFrameReader(this);
        while (true)
        {
            var next = _channel.ReadAsync(CancellationToken.None);
            if (!next.IsCompleted)
                reader.Uncork();
            var segment = await next.ConfigureAwait(false);
            if (segment.IsEmpty)
                break;
            _pinger.OnReceived();
            reader.Read(segment.Span);
            _answers.Send();
        }
    }

    private async Task SendLoopAsync()
    {
        try
        {
            await _sender.RunAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Abort(exception as ConnectionClosedException ?? new ConnectionClosedException("The connection failed.", exception));
        }
    }

    // Ends all streams; the first call decides on the reason.
    private bool Stop(ConnectionClosedException? reason)
    {
        YamuxStream[] streams;
        ConnectionClosedException failure;
        lock (_lock)
        {
            if (_isStopped)
                return false;
            _isStopped = true;
            _reason = reason;
            failure = _failure = reason ?? new ConnectionClosedException("The connection was closed.");
            streams = [.. _streams.Values];
        }

        _backlog.Writer.TryComplete();
        _places.Close(failure);
        _pinger.Fail(failure);
        // Each its own: an exception that many throw collects the stack traces of all.
        foreach (var stream in streams)
            stream.Close(new ConnectionClosedException(failure.Message, failure.InnerException));
        return true;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{PeerId} broke yamux: {Violation}")]
    private partial void LogViolation(PeerId peerId, string violation);
}
