namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Counts what the other side does, in windows of at least <see cref="YamuxOptions.FloodInterval"/>. One thread at a time.</summary>
internal struct FloodLimit(int max, TimeProvider timeProvider)
{
    private long _start = timeProvider.GetTimestamp();
    private int _count;

    /// <summary>Counts one more, and throws if that is too often.</summary>
    /// <exception cref="YamuxViolationException">It is.</exception>
    public void Count(string what)
    {
        if (++_count <= max)
            return;
        // The clock is looked at here only: in a flood that costs more than to count.
        var isSlow = timeProvider.GetElapsedTime(_start) >= YamuxOptions.FloodInterval;
        (_start, _count) = (timeProvider.GetTimestamp(), 1);
        if (!isSlow)
            throw new YamuxViolationException($"More than {max} {what} came in {YamuxOptions.FloodInterval.TotalSeconds} s.");
    }
}
