namespace IpfsKit.Benchmarks.Runner;

/// <summary>Repeated measurements and their medians.</summary>
internal static class Rounds
{
    /// <summary>Measures several times, after one more time that is not counted; the median.</summary>
    public static async Task<Figure> MedianAsync(RunContext context, string name, Func<Task<double>> measure)
    {
        var values = new double[context.Options.Rounds];
        if (!context.Options.IsQuick)
            await measure();
        for (var i = 0; i < values.Length; i++)
            values[i] = await measure();
        context.Note($"{name}: {Describe(values)}");
        return Figure.Create(name, Median(values));
    }

    /// <summary>
    /// Measures a subject and its floor in turn, so that both see the same machine, the first of each round changing; the medians. One more round goes before,
    /// or several, and is not counted: it compiles the code and warms the caches.
    /// </summary>
    /// <param name="context">The run.</param>
    /// <param name="names">The figures that one measurement gives.</param>
    /// <param name="subject">Measures ours; one value per name.</param>
    /// <param name="floor">Measures the floor or peer; one value per name.</param>
    /// <param name="leastRounds">The least rounds, whatever the options say.</param>
    /// <param name="warmUps">How many rounds are not counted; none in a quick run.</param>
    public static async Task<IReadOnlyList<Figure>> CompareAsync(
        RunContext context, string[] names, Func<Task<double[]>> subject, Func<Task<double[]>> floor, int leastRounds = 1, int warmUps = 1)
    {
        var values = new List<double[]>();
        var floors = new List<double[]>();
        for (var i = context.Options.IsQuick ? 0 : -warmUps; i < Math.Max(leastRounds, context.Options.Rounds); i++)
        {
            var floorFirst = i % 2 != 0;
            var before = floorFirst ? await floor() : null;
            var value = await subject();
            var against = before ?? await floor();
            if (i < 0)
                continue;
            values.Add(value);
            floors.Add(against);
        }

        return [.. names.Select((name, n) => Describe(name, [.. values.Select(round => round[n])], [.. floors.Select(round => round[n])]))];

        Figure Describe(string name, double[] ours, double[] theirs)
        {
            context.Note($"{name}: {Rounds.Describe(ours)} against {Rounds.Describe(theirs)}");
            return Figure.Create(name, Median(ours), Median(theirs));
        }
    }

    /// <summary>The middle value, or the mean of the middle two.</summary>
    public static double Median(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Describe(double[] values) =>
        FormattableString.Invariant($"{Median(values):g4} [{values.Min():g4} .. {values.Max():g4}]");
}
