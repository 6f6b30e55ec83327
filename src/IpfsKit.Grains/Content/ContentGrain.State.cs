using IpfsKit.Grains.Heat;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace IpfsKit.Grains.Content;

// How changes become durable, and what is logged.
internal sealed partial class ContentGrain
{
    private const int WriteAttempts = 4;

    private static readonly TimeSpan HeatWriteDelay = TimeSpan.FromSeconds(5);

    private RootHeat _unsaved;
    private IGrainTimer? _flushTimer;

    /// <summary>Applies a transition, with the heat that has gathered, and makes it durable. Writes nothing if nothing changes.</summary>
    private async ValueTask ChangeAsync(Func<ContentState, ContentState> transition, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = State;
            var next = transition(before);
            if (next.Life is ContentLife.Pending or ContentLife.Committed)
                next = ContentTransitions.Warm(next, _unsaved);
            if (ReferenceEquals(next, before))
                return;
            state.State = next with { Revision = ContentTransitions.NextRevision(next.Revision, Now()) };
            try
            {
                await state.WriteStateAsync(cancellationToken);
                _unsaved = default;
                return;
            }
            catch (InconsistentStateException) when (attempt < WriteAttempts)
            {
                // Another activation, before or beside this one, wrote meanwhile: what it wrote stands, and the change is made to that.
                state.State = before;
                await state.ReadStateAsync(cancellationToken);
            }
            catch
            {
                state.State = before;
                throw;
            }
        }
    }

    private void ArmFlush()
    {
        if (_flushTimer is not null)
            return;
        // The jitter keeps a scan over many roots from writing them all in one second.
        var due = HeatWriteDelay * (0.8 + (0.4 * Random.Shared.NextDouble()));
        _flushTimer = this.RegisterGrainTimer(
            static (grain, _) => grain.FlushAsync(), this, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan));
    }

    private async Task FlushAsync()
    {
        // This cancels the token that the timer handed to its callback, so the write goes without it.
        _flushTimer?.Dispose();
        _flushTimer = null;
        try
        {
            await ChangeAsync(static current => current, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogFlushFailed(logger, _key, e);
            ArmFlush();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The heat of {Root} could not be written; it stays in memory and is tried again.")]
    private static partial void LogFlushFailed(ILogger logger, Cid root, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The heat of {Root} could not be written before its grain went away; this silo keeps it and reports it again.")]
    private static partial void LogHeatKept(ILogger logger, Cid root, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {PeerId} was not told of a change to {Root}; it will learn it when it reconciles its catalog.")]
    private static partial void LogHolderNotTold(ILogger logger, Cid root, PeerId peerId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {PeerId} was told to hold {Root} and does not: {Reason}")]
    private static partial void LogCommandFailed(ILogger logger, Cid root, PeerId peerId, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing is stored about {Root}, which silo {PeerId} holds as committed: registering it anew.")]
    private static partial void LogStateLost(ILogger logger, Cid root, PeerId peerId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Silo {PeerId} does not hold {Root} any more, though it was listed.")]
    private static partial void LogCopyLost(ILogger logger, Cid root, PeerId peerId);
}
