namespace IpfsKit.Grains.Heat;

/// <summary>How hot a root is: accesses, each fading by half every hour and, counted a second time, every seven days.</summary>
/// <remarks>
/// <para>Exactly h(t) = Σ 2^(−(t − tᵢ) / halfLife) over all accesses at tᵢ, kept as the two sums at one moment, <see cref="At"/>. Nothing needs to be written for
/// a root to cool: reading applies the factor since <see cref="At"/>. Sums made on different silos add up (<see cref="Merge"/>), in any order.</para>
/// <para>A time before <see cref="At"/> counts as <see cref="At"/>: clocks of silos differ, and heat never grows by going back in time. An access older than
/// <see cref="At"/> is added as faded as it is.</para>
/// <para><c>default</c> is a root that was never read.</para>
/// </remarks>
internal readonly record struct DecayingHeat
{
    /// <summary>The shorter half-life.</summary>
    public static readonly TimeSpan HourHalfLife = TimeSpan.FromHours(1);

    /// <summary>The longer half-life.</summary>
    public static readonly TimeSpan WeekHalfLife = TimeSpan.FromDays(7);

    /// <summary>Two sums that were valid at a moment.</summary>
    public DecayingHeat(double hour, double week, DateTimeOffset at) => (Hour, Week, At) = (hour, week, at);

    /// <summary>Accesses decayed with the half-life of an hour, at <see cref="At"/>.</summary>
    public double Hour { get; }

    /// <summary>Accesses decayed with the half-life of seven days, at <see cref="At"/>.</summary>
    public double Week { get; }

    /// <summary>The moment of the sums: the newest access that took part.</summary>
    public DateTimeOffset At { get; }

    /// <summary>True for a root that was never read.</summary>
    public bool IsZero => Hour == 0 && Week == 0;

    /// <summary>Accesses per hour, with bursts outweighing a trickle: h₁ₕ·ln 2 / 1 h + ½·h₇d·ln 2 / 168 h, at <see cref="At"/>.</summary>
    /// <remarks>A steady rate of r per hour has h = r·halfLife/ln 2, so each term is a rate; the longer memory counts half.</remarks>
    public double Score => (Hour * RateOf(HourHalfLife)) + (0.5 * Week * RateOf(WeekHalfLife));

    /// <summary>Accesses that all happened at one moment.</summary>
    public static DecayingHeat Of(long accesses, DateTimeOffset at) => new(accesses, accesses, at);

    /// <summary>The sums at a later moment; <paramref name="time"/> before <see cref="At"/> changes nothing.</summary>
    public DecayingHeat Decay(DateTimeOffset time)
    {
        if (IsZero || time <= At)
            return this;
        var age = time - At;
        return new DecayingHeat(Hour * Factor(age, HourHalfLife), Week * Factor(age, WeekHalfLife), time);
    }

    /// <summary>Counts accesses that happened at one moment, before or after <see cref="At"/>.</summary>
    public DecayingHeat Add(long accesses, DateTimeOffset at) => Merge(this, Of(accesses, at));

    /// <summary>The heat of all accesses of both.</summary>
    public static DecayingHeat Merge(in DecayingHeat left, in DecayingHeat right)
    {
        if (left.IsZero)
            return right;
        if (right.IsZero)
            return left;
        var at = left.At >= right.At ? left.At : right.At;
        var (a, b) = (left.Decay(at), right.Decay(at));
        return new DecayingHeat(a.Hour + b.Hour, a.Week + b.Week, at);
    }

    private static double RateOf(TimeSpan halfLife) => Math.Log(2) / halfLife.TotalHours;

    private static double Factor(TimeSpan age, TimeSpan halfLife) => Math.Pow(2, -(age / halfLife));
}
