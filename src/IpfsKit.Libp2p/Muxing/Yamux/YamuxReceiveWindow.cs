using IpfsKit.Libp2p.Resources;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>What the other side may still send on a stream, and when it is told that it may send more. Not thread-safe.</summary>
/// <remarks>
/// <para>Counts the bytes of data frames. Credit is granted for what the application has consumed, so that bytes in flight and unread together never pass <see cref="Limit"/>; all of that is reserved.</para>
/// <para><b>Growth.</b> A window of which half arrives within two round trips is less than four times what the connection holds: it doubles, as long as the memory budget gives its low-priority share, else by less. What
/// arrives is counted and not what is consumed: a reader that catches up takes megabytes in no time, and windows would grow to 16 MiB on loopback, out of every cache. Round trips of less than
/// a quarter of a millisecond count as that: between cores, waking threads takes longer than the bytes.</para>
/// <para><b>Grain.</b> Credit goes out when half of the window was consumed, or 1 MiB: with 16 MiB and a long round trip, credit that waits for 8 MiB leaves the sender idle for the time that these take.</para>
/// </remarks>
internal struct YamuxReceiveWindow(int maxBytes, IMemoryBudget memory, TimeProvider timeProvider)
{
    private const int MaxGrainBytes = 1024 * 1024;

    private static readonly TimeSpan LeastRoundTrip = TimeSpan.FromMicroseconds(250);

    private long _unread;
    private long _credit = YamuxOptions.InitialWindowBytes;
    private long _arrived;
    private long _arrivedSince = timeProvider.GetTimestamp();

    /// <summary>The window's size.</summary>
    public long Limit { get; private set; } = YamuxOptions.InitialWindowBytes;

    /// <summary>Counts bytes that a frame announces.</summary>
    /// <returns>False if they are more than was granted.</returns>
    public bool TryReceive(uint bytes)
    {
        if (bytes > _credit)
            return false;
        _credit -= bytes;
        _unread += bytes;
        _arrived += bytes;
        return true;
    }

    /// <summary>Counts bytes that the application has taken.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="roundTrip">The last measured time of a round trip; zero before the first.</param>
    /// <returns>The credit to grant now; mostly 0.</returns>
    public uint Consume(int bytes, TimeSpan roundTrip)
    {
        _unread -= bytes;
        var due = Limit - _credit - _unread;
        if (due < Math.Min(Limit / 2, MaxGrainBytes))
            return 0;
        if (_arrived >= Limit / 2)
            due += Grow(roundTrip);
        _credit += due;
        return (uint)due;
    }

    private long Grow(TimeSpan roundTrip)
    {
        var now = timeProvider.GetTimestamp();
        var perHalf = timeProvider.GetElapsedTime(_arrivedSince, now) * (Limit / 2 / (double)_arrived);
        var isFast = roundTrip > TimeSpan.Zero && perHalf < 2 * (roundTrip < LeastRoundTrip ? LeastRoundTrip : roundTrip);
        (_arrived, _arrivedSince) = (0, now);
        for (var step = Math.Min(Limit, maxBytes - Limit); isFast && step >= YamuxOptions.InitialWindowBytes / 2; step /= 2)
        {
            if (!memory.TryReserve(step, MemoryPriority.Low))
                continue;
            Limit += step;
            return step;
        }

        return 0;
    }
}
