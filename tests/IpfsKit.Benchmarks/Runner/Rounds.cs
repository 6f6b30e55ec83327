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
    /// Measures a subject and its floor in turn, so that both see the same machine, the first of each round changing; the medians. One more round goes before
    /// and is not counted: it compiles the code and warms the caches.
    /// </summary>
    public static async Task<Figure> CompareAsync(RunContext context, string name, Func<Task<double>> subject, Func<Task<double>> floor)
    {
        var values = new double[context.Options.Rounds];
        var floors = new double[context.Options.Rounds];
        for (var i = context.Options.IsQuick ? 0 : -1; i < values.Length; i++)
        {
            double value, against;
            if (i % 2 == 0)
            {
                value = await subject();
                against = await floor();
            }
            else
            {
                against = await floor();
                value = await subject();
            }

            if (i < 0)
                continue;
            values[i] = value;
            floors[i] = against;
        }

        context.Note($"{name}: {Describe(values)} against {Describe(floors)}");
        return Figure.Create(name, Median(values), Median(floors));
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
