namespace IpfsKit.Grains.Heat;

/// <summary>Heat and totals of one root.</summary>
/// <param name="Heat">The decayed sums.</param>
/// <param name="Accesses">All reads.</param>
/// <param name="Bytes">All bytes they served.</param>
internal readonly record struct RootHeat(DecayingHeat Heat, long Accesses, long Bytes)
{
    /// <summary>Reads of one moment.</summary>
    public static RootHeat Of(TouchCount count, DateTimeOffset at) => new(DecayingHeat.Of(count.Count, at), count.Count, count.Bytes);

    /// <summary>What another silo reported; a time ahead of <paramref name="now"/> counts as now.</summary>
    /// <remarks>A clock that runs ahead would otherwise move the root's moment into the future, and fade what all others report until then.</remarks>
    public static RootHeat Of(TouchBatch batch, DateTimeOffset now) =>
        new(new DecayingHeat(Sane(batch.Hour), Sane(batch.Week), batch.At < now ? batch.At : now), Math.Max(0, batch.Count), Math.Max(0, batch.Bytes));

    /// <summary>Both together.</summary>
    public static RootHeat operator +(in RootHeat left, in RootHeat right) =>
        new(DecayingHeat.Merge(left.Heat, right.Heat), Saturate(left.Accesses, right.Accesses), Saturate(left.Bytes, right.Bytes));

    /// <summary>The form in which silos report it.</summary>
    public TouchBatch ToBatch() => new() { Count = Accesses, Bytes = Bytes, Hour = Heat.Hour, Week = Heat.Week, At = Heat.At };

    private static double Sane(double value) => double.IsFinite(value) && value > 0 ? value : 0;

    private static long Saturate(long left, long right) => left > long.MaxValue - right ? long.MaxValue : left + right;
}
