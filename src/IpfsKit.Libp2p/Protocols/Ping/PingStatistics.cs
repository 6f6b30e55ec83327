namespace IpfsKit.Libp2p.Protocols.Ping;

/// <summary>Several round trips in a row.</summary>
/// <param name="RoundTrips">Each of them.</param>
public sealed record PingStatistics(IReadOnlyList<TimeSpan> RoundTrips)
{
    /// <summary>The shortest.</summary>
    public TimeSpan Minimum => RoundTrips.Min();

    /// <summary>The longest.</summary>
    public TimeSpan Maximum => RoundTrips.Max();

    /// <summary>The mean.</summary>
    public TimeSpan Average => new((long)RoundTrips.Average(roundTrip => roundTrip.Ticks));

    /// <summary>How much they differ: the standard deviation.</summary>
    public TimeSpan Deviation
    {
        get
        {
            var mean = RoundTrips.Average(roundTrip => roundTrip.Ticks);
            return new((long)Math.Sqrt(RoundTrips.Average(roundTrip => Math.Pow(roundTrip.Ticks - mean, 2))));
        }
    }
}
