using System.Globalization;
using IpfsKit.Benchmarks.Runner;

namespace IpfsKit.Benchmarks.Budgets;

/// <summary><c>-- budgets</c>: measures every budget and prints a table; exit code 1 if one is exceeded.</summary>
/// <remarks>
/// The measuring happens in a child process that compiles every method once, fully optimized: with tiers, what the compiler manages to keep off the
/// heap would depend on how far it had got.
/// </remarks>
internal static class BudgetCommand
{
    /// <summary>The child's role.</summary>
    public const string ChildRole = "budgets";

    /// <summary>Measures in a child process; its table goes to <paramref name="output"/>.</summary>
    public static async Task<int> RunAsync(TextWriter output)
    {
        await using var child = ChildProcess.Start(ChildRole, [], [new("DOTNET_TieredCompilation", "0"), new("DOTNET_gcConcurrent", "0")]);
        while (await child.ReadLineAsync() is { } line)
            await output.WriteLineAsync(line);
        return await child.WaitAsync();
    }

    /// <summary>Measures in this process and prints the table.</summary>
    public static int Measure(TextWriter output)
    {
        var budgets = AllocationBudget.Load();
        var width = budgets.Max(budget => budget.Benchmark.Length);
        var exceeded = 0;
        output.WriteLine($"{"benchmark".PadRight(width)}   budget  measured  (bytes per operation)");
        foreach (var budget in budgets)
        {
            var measured = AllocationMeter.Measure(budget.Benchmark);
            var isOver = measured > budget.Bytes;
            exceeded += isOver ? 1 : 0;
            var verdict = isOver ? "  EXCEEDED" : "";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{budget.Benchmark.PadRight(width)} {budget.Bytes,8} {measured,9:0.##}{verdict}"));
        }

        output.WriteLine(exceeded == 0
            ? $"{budgets.Count} budgets hold."
            : $"{exceeded} of {budgets.Count} budgets are exceeded: remove the allocation, or raise the budget in allocation-budgets.json and say why.");
        if (!AllocationBudget.AreBinding)
            output.WriteLine("This is a Debug build: the budgets are for Release builds and bind nobody here.");
        return exceeded == 0 || !AllocationBudget.AreBinding ? 0 : 1;
    }
}
