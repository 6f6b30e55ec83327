using IpfsKit.Benchmarks.Budgets;

namespace IpfsKit.Benchmarks.Tests.Budgets;

public class AllocationBudgetTests
{
    [Fact]
    public async Task HotPaths_AllocatedBytesPerOperation_StayWithinTheirBudgets()
    {
        var table = new StringWriter();

        var exitCode = await BudgetCommand.RunAsync(table);

        Assert.True(exitCode == 0, table.ToString());
        TestContext.Current.TestOutputHelper?.WriteLine(table.ToString());
    }

    [Fact]
    public void Meter_MethodThatAllocates_CountsItsBytes() =>
        Assert.True(AllocationMeter.Measure("Multiformats.CidBenchmarks.FormatBase32") >= 59 * sizeof(char));

    [Fact]
    public void Meter_NameOfNoBenchmark_SaysWhichName()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => AllocationMeter.Measure("Multiformats.CidBenchmarks.Nothing"));

        Assert.Contains("'Multiformats.CidBenchmarks.Nothing'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Budgets_Names_AreThereOnce()
    {
        var names = AllocationBudget.Load().Select(budget => budget.Benchmark).ToList();

        Assert.Equal(names.Distinct(), names);
    }
}
