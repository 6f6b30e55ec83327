namespace IpfsKit.Ipld.UnixFs;

/// <summary>A time of modification: seconds since 1970-01-01T00:00:00Z, before or after, and a fraction.</summary>
public readonly record struct UnixFsTime
{
    private const int NanosecondsPerTick = 100;

    /// <summary>Makes a time.</summary>
    /// <param name="seconds">Seconds since the epoch.</param>
    /// <param name="nanoseconds">0 to 999,999,999, added to the seconds.</param>
    public UnixFsTime(long seconds, uint nanoseconds = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nanoseconds, 999_999_999u);
        Seconds = seconds;
        Nanoseconds = nanoseconds;
    }

    /// <summary>Seconds since the epoch, negative before it.</summary>
    public long Seconds { get; }

    /// <summary>0 to 999,999,999, added to the seconds.</summary>
    public uint Nanoseconds { get; }

    /// <summary>The same instant.</summary>
    public static UnixFsTime FromDateTimeOffset(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        var (seconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        if (rest < 0)
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        return new UnixFsTime(seconds, (uint)(rest * NanosecondsPerTick));
    }

    /// <summary>The same instant to 100 ns; the nearest that .NET can say where this lies outside the years 1 to 9999.</summary>
    public DateTimeOffset ToDateTimeOffset()
    {
        if (Seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds())
            return DateTimeOffset.MinValue;
        return Seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.MaxValue
            : DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanoseconds / NanosecondsPerTick);
    }
}
