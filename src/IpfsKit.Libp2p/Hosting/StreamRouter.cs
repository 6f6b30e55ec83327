using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Streams;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Takes the streams that peers open, agrees on their protocol, and runs handlers.</summary>
/// <remarks>
/// What a peer does wrong costs its stream: it is reset, and said at Debug. Streams beyond a limit are reset before anything is read of them.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The source of cancellation has no timer and nobody's token: there is nothing to dispose.")]
internal sealed partial class StreamRouter(
    HandlerTable handlers, ResourceManager resources, StreamOptions options, TimeProvider timeProvider, Libp2pInstruments instruments, ILogger<StreamRouter> logger)
{
    /// <summary>How much of what a peer still sends is read and dropped after its handler has returned, so that the end of what was written to it is not overtaken by a reset.</summary>
    public const int MaxLingerBytes = 64 * 1024;

    /// <summary>How many streams of one connection may agree on their protocols at once, at least; else a sixteenth of what everybody may together. Further ones wait, so that one peer cannot take that share from all others.</summary>
    public const int MinNegotiating = 8;

    private static readonly TimeSpan LingerTimeout = TimeSpan.FromSeconds(5);

    private readonly int _negotiatingPerSession = Math.Max(MinNegotiating, resources.Limits.Transient.StreamsInbound / 16);
    private readonly TaskTracker _running = new(logger);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();

    /// <summary>How many streams are being served.</summary>
    public int Running => _running.Running;

    /// <summary>Takes the streams of a session until it ends.</summary>
    public async Task RunAsync(Session session)
    {
        // Not disposed: streams give back their places when the session has ended, too.
        var places = new SemaphoreSlim(_negotiatingPerSession);
        try
        {
            while (true)
            {
                await places.WaitAsync(session.Ending).ConfigureAwait(false);
                if (await session.Connection.AcceptStreamAsync(session.Ending).ConfigureAwait(false) is not { } stream)
                    return;
                if (_running.TryRun(() => ServeAsync(session, stream, places), options.MaxConcurrentHandlers))
                    continue;
                places.Release();
                resources.Note(ScopeKind.System, ResourceKind.Streams);
                await RefuseAsync(stream).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ConnectionClosedException)
        {
            // The session has ended.
        }
    }

    /// <summary>Takes no more streams, waits for handlers, and then tells them to end.</summary>
    public async Task StopAsync(TimeSpan drainTimeout, CancellationToken cancellationToken)
    {
        var idle = _running.CloseAsync();
        await _stopping.CancelAsync(logger).ConfigureAwait(false);
        try
        {
            await idle.WaitAsync(drainTimeout, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            LogNotDrained(logger, _running.Running);
        }

        await _aborting.CancelAsync(logger).ConfigureAwait(false);
    }

    /// <summary>Completes when no handler runs any more.</summary>
    public Task WhenIdleAsync() => _running.CloseAsync();

    private async Task ServeAsync(Session session, IMuxedStream stream, SemaphoreSlim places)
    {
        // Off the accept loop, whatever a handler does before it first waits.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        StreamScope? scope = null;
        (HandlerTable.Entry Entry, string Protocol)? negotiated = null;
        try
        {
            scope = resources.OpenStream(session.RemotePeer, ConnectionDirection.Inbound);
            negotiated = await NegotiateAsync(session, stream, scope).ConfigureAwait(false);
        }
        catch (ResourceLimitExceededException e)
        {
            LogRefused(logger, session.RemotePeer, e);
        }
        finally
        {
            places.Release();
        }

        using (scope)
        {
            if (negotiated is not { } agreed || scope is null)
                await RefuseAsync(stream).ConfigureAwait(false);
            else
                await HandleAsync(session, new ProtocolStream(stream, agreed.Protocol, session, scope), agreed.Entry).ConfigureAwait(false);
        }
    }

    private async ValueTask<(HandlerTable.Entry Entry, string Protocol)?> NegotiateAsync(Session session, IMuxedStream stream, StreamScope scope)
    {
        using var activity = Libp2pInstruments.Activities.StartActivity("libp2p.negotiate");
        activity.SetDirection(ConnectionDirection.Inbound);
        activity.SetPeer(session.RemotePeer);
        var started = timeProvider.GetTimestamp();
        Exception? failure = null;
        var outcome = Outcome.Done;
        using var timeout = new CancellationTokenSource(options.NegotiationTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, session.Ending);
        try
        {
            // Streams that end without a word are what floods are made of.
            if (!await stream.WaitToReadAsync(either.Token).ConfigureAwait(false))
            {
                outcome = timeout.IsCancellationRequested ? Outcome.Timeout : Outcome.Failed;
                LogSilent(logger, session.RemotePeer);
                return null;
            }

            var answered = await MultistreamSelect.TryHandleAsync(new StreamNegotiationChannel(stream), handlers.Matchers, either.Token).ConfigureAwait(false);
            if (!answered.HasSucceeded)
            {
                Fail(answered.Failure);
                return null;
            }

            var (matcher, protocol) = answered.Value;
            if (handlers.Find(matcher) is not { } entry)
                return null;
            activity?.SetTag("protocol", protocol);
            scope.Attach(protocol, entry.Options.Service);
            return (entry, protocol);
        }
#pragma warning disable CA1031 // Whatever goes wrong before there is a handler refuses the stream, and nothing else.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
            return null;
        }
        finally
        {
            activity.SetOutcome(outcome, failure);
            instruments.Negotiated(ConnectionDirection.Inbound, timeProvider.GetElapsedTime(started), outcome);
        }

        void Fail(Exception exception)
        {
            (failure, outcome) = (exception, Outcomes.Of(exception));
            LogRefused(logger, session.RemotePeer, exception);
        }
    }

    private async Task HandleAsync(Session session, ProtocolStream stream, HandlerTable.Entry entry)
    {
        if (!entry.Counts.TryEnter(session.RemotePeer))
        {
            resources.Note(ScopeKind.Peer, ResourceKind.Streams);
            await RefuseAsync(stream).ConfigureAwait(false);
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(session.Ending, entry.Options.EndsWithHost ? _stopping.Token : _aborting.Token);
        try
        {
            await entry.Handler(stream, ending.Token).ConfigureAwait(false);
            await LingerAsync(stream, ending.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever a handler throws ends its stream, and nothing else.
        catch (Exception e)
#pragma warning restore CA1031
        {
            instruments.HandlerFailed();
            LogHandlerFailed(logger, stream.Protocol, session.RemotePeer, e);
            stream.Reset();
        }
        finally
        {
            entry.Counts.Leave(session.RemotePeer);
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Ends this side, and reads to the other side's end for a while: a reset would overtake what was written.</summary>
    private async Task LingerAsync(ProtocolStream stream, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(LingerTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            await stream.CompleteWritesAsync(either.Token).ConfigureAwait(false);
            for (var left = MaxLingerBytes; left > 0;)
            {
                var read = await stream.ReadAsync(buffer, either.Token).ConfigureAwait(false);
                if (read == 0)
                    return;
                left -= read;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Libp2pException or ObjectDisposedException)
        {
            // It was ended or reset before, or the other side takes its time: either way there is nothing to wait for.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask RefuseAsync(IMuxedStream stream)
    {
        stream.Reset();
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A stream of {PeerId} was refused.")]
    private static partial void LogRefused(ILogger logger, PeerId peerId, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A stream of {PeerId} ended, or its time was over, before it said anything.")]
    private static partial void LogSilent(ILogger logger, PeerId peerId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The handler of {Protocol} failed for {PeerId}.")]
    private static partial void LogHandlerFailed(ILogger logger, string protocol, PeerId peerId, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Running} streams did not end within the drain timeout; they are reset.")]
    private static partial void LogNotDrained(ILogger logger, int running);
}
