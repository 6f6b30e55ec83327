namespace IpfsKit.Storage.Segments.Maintenance;

/// <summary>Keeps background work to a number of bytes per second.</summary>
internal sealed class Pace(long bytesPerSecond, TimeProvider timeProvider)
{
    private readonly long _start = timeProvider.GetTimestamp();
    private long _bytes;

    /// <summary>Counts bytes and waits until they are due.</summary>
    public async ValueTask SpendAsync(long bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (bytesPerSecond == 0)
            return;
        _bytes += bytes;
        var due = TimeSpan.FromSeconds(_bytes / (double)bytesPerSecond) - timeProvider.GetElapsedTime(_start);
        if (due > TimeSpan.FromMilliseconds(5))
            await Task.Delay(due, timeProvider, cancellationToken).ConfigureAwait(false);
    }
}
