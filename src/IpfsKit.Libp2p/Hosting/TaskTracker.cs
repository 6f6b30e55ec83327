using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Knows the work that nobody awaits while it runs, so that whoever stops can. Thread-safe.</summary>
/// <param name="logger">Told of failures that work did not handle itself; nobody else would be.</param>
internal sealed partial class TaskTracker(ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _isClosed;

    /// <summary>How much is under way.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Begins something, unless it is too late or there is too much.</summary>
    /// <param name="work">Handles its own failures.</param>
    /// <param name="most">How much may be under way with it.</param>
    public bool TryRun(Func<Task> work, int most = int.MaxValue)
    {
        lock (_lock)
        {
            if (_isClosed || _running >= most)
                return false;
            _running++;
        }

        _ = RunAsync(work);
        return true;
    }

    /// <summary>Takes nothing new. Completes when nothing is under way.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            if (_running == 0)
                _idle.TrySetResult();
        }

        return _idle.Task;
    }

    private async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody awaits it: what is not said here is never known.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(logger, e);
        }
        finally
        {
            lock (_lock)
            {
                if (--_running == 0 && _isClosed)
                    _idle.TrySetResult();
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Work in the background failed in an unexpected way.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
