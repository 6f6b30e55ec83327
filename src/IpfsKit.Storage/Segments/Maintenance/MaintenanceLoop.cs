using IpfsKit.Ipld;
using IpfsKit.Storage.Files;
using IpfsKit.Storage.Segments.Writing;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Storage.Segments.Maintenance;

/// <summary>Does in the background what keeps the store fit: reserves, seals, checkpoints, compacts and scrubs. Nothing waits for it.</summary>
internal sealed partial class MaintenanceLoop(
    StoreState state, SegmentAllocator allocator, SegmentSealer sealer, Checkpointer checkpointer, Compactor compactor,
    SemaphoreSlim turn, Func<CancellationToken, Task> scrub) : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    // When the store is nearly full, segments are compacted that would not be worth it otherwise.
    private const double PressedLiveRatio = 0.9;

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private Task _loop = Task.CompletedTask;
    private Task _scrubs = Task.CompletedTask;

    /// <summary>Starts.</summary>
    public void Start()
    {
        allocator.Rolled = Wake;
        _loop = Task.Run(LoopAsync);
        if (state.Options.ScrubInterval > TimeSpan.Zero)
            _scrubs = Task.Run(ScrubsAsync);
    }

    /// <summary>Has it look at once.</summary>
    public void Wake()
    {
        if (_wake.CurrentCount == 0)
        {
            try
            {
                _wake.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else woke it: that is enough.
                return;
            }
        }
    }

    /// <summary>Stops and waits for the end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        await _scrubs.ConfigureAwait(false);
        _stop.Dispose();
        _wake.Dispose();
    }

    private async Task LoopAsync()
    {
        while (await DelayAsync(Period, wakeable: true).ConfigureAwait(false) && state.Failure is null)
            await RunAsync(OnceAsync).ConfigureAwait(false);
    }

    private async Task ScrubsAsync()
    {
        var wait = state.Options.ScrubInterval / 10;
        while (await DelayAsync(wait, wakeable: false).ConfigureAwait(false) && state.Failure is null)
        {
            await RunAsync(() => scrub(_stop.Token)).ConfigureAwait(false);
            wait = state.Options.ScrubInterval;
        }
    }

    private async Task OnceAsync()
    {
        bool again;
        do
        {
            // What is called by hand waits for one segment at most, and so does this.
            await turn.WaitAsync(_stop.Token).ConfigureAwait(false);
            try
            {
                if (allocator.Active.CommittedLength > state.Options.SegmentBytes / 2)
                    allocator.PrepareSpare();
                sealer.SealAll(_stop.Token);
                if (checkpointer.IsDue)
                    await checkpointer.WriteAsync(_stop.Token).ConfigureAwait(false);
                var isPressed = state.Disk.UsedBytes > state.Options.CapacityBytes - 2 * state.Options.SegmentBytes;
                var ratio = isPressed ? Math.Max(PressedLiveRatio, state.Options.CompactionLiveRatio) : state.Options.CompactionLiveRatio;
                again = (await compactor.CompactAsync(ratio, maxSegments: 1, _stop.Token).ConfigureAwait(false)).Segments > 0;
            }
            finally
            {
                turn.Release();
            }
        }
        while (again && state.Failure is null);
    }

    private async Task<bool> DelayAsync(TimeSpan time, bool wakeable)
    {
        try
        {
            if (wakeable)
            {
                using var timeout = new CancellationTokenSource(time, state.TimeProvider);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
                try
                {
                    await _wake.WaitAsync(either.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
                {
                    return true;
                }
            }
            else
            {
                await Task.Delay(time, state.TimeProvider, _stop.Token).ConfigureAwait(false);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    // Background work must not end with the first fault: it says what is wrong and tries again at its next turn.
#pragma warning disable CA1031
    private async Task RunAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            LogStopped(state.Logger, state.Directory);
        }
        catch (Exception exception) when (exception is StorageFullException or DiskFullException)
        {
            LogNoRoom(state.Logger, exception, state.Directory);
        }
        catch (Exception exception)
        {
            LogFault(state.Logger, exception, state.Directory);
        }
    }
#pragma warning restore CA1031

    [LoggerMessage(Level = LogLevel.Debug, Message = "The maintenance of {Directory} stops.")]
    private static partial void LogStopped(ILogger logger, string directory);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The maintenance of {Directory} has no room on the disk and tries again later.")]
    private static partial void LogNoRoom(ILogger logger, Exception exception, string directory);

    [LoggerMessage(Level = LogLevel.Error, Message = "The maintenance of {Directory} failed and tries again later.")]
    private static partial void LogFault(ILogger logger, Exception exception, string directory);
}
