namespace IpfsKit.Grains.Tests.Support;

/// <summary>The clock of one machine, which may be set wrong; how long things take is the same for all.</summary>
internal sealed class SkewedClock(TimeProvider inner) : TimeProvider
{
    /// <summary>By how much it is ahead.</summary>
    public TimeSpan Skew { get; set; }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Skew;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
}
