using Microsoft.Extensions.Logging;

namespace IpfsKit.Grains.Hosting;

/// <summary>Repeats a step beside everything else, and is awaited when its owner stops.</summary>
/// <remarks>A step that fails is logged and repeated at its next time: none of them may end for good while the silo runs.</remarks>
internal sealed partial class BackgroundLoop(string name, TimeSpan interval, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task? _run;

    /// <summary>Starts; a second call does nothing.</summary>
    /// <param name="step">What is repeated; steps do not overlap.</param>
    /// <param name="atOnce">Whether the first step is now or after the first interval.</param>
    public void Start(Func<CancellationToken, Task> step, bool atOnce = false) => _run ??= RunAsync(step, atOnce, _stopping.Token);

    /// <summary>Cancels the step under way and waits for it, at most until <paramref name="cancellationToken"/> fires.</summary>
    /// <returns>Whether it has ended.</returns>
    public async Task<bool> StopAsync(CancellationToken cancellationToken = default)
    {
        await _stopping.CancelAsync();
        if (_run is null)
            return true;
        await _run.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _run.IsCompleted;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> step, bool atOnce, CancellationToken cancellationToken)
    {
        // The caller goes on at once, also when the step begins with work that does not await.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            if (atOnce)
                await StepAsync(step, cancellationToken);
            while (await timer.WaitForNextTickAsync(cancellationToken))
                await StepAsync(step, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task StepAsync(Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        try
        {
            await step(cancellationToken);
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            LogStepFailed(logger, name, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Loop} failed; it is tried again later.")]
    private static partial void LogStepFailed(ILogger logger, string loop, Exception exception);
}
