namespace IpfsKit.Grains.Catalog;

/// <summary>Spreads work evenly: at most so many steps per second.</summary>
internal sealed class Pace(int perSecond, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private long _steps;

    /// <summary>Completes when the next step may be done.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        var due = TimeSpan.FromSeconds((double)_steps++ / perSecond);
        var early = due - time.GetElapsedTime(_started);
        // Waits shorter than a timer tick add up instead of being rounded up each.
        if (early > TimeSpan.FromMilliseconds(20))
            await Task.Delay(early, time, cancellationToken);
    }
}
