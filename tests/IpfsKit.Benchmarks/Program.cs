using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using IpfsKit.Benchmarks.Budgets;
using IpfsKit.Benchmarks.Runner;

namespace IpfsKit.Benchmarks;

/// <summary>One program, three questions: how fast is a method (<c>micro</c>), what does it allocate (<c>budgets</c>), how fast is the system.</summary>
internal static class Program
{
    private const string Usage = """
        micro [BenchmarkDotNet arguments]        micro-benchmarks, by area:  micro --filter '*Cid*'
        budgets                                  allocated bytes per operation against allocation-budgets.json
        floors|import|store|read|touch|register|libp2p|bitswap|all [--quick] [--rounds N] [--directory PATH]
                                                 end-to-end figures, one JSON line each on stdout
        targets                                  the table of figures, what they are held against, and their targets
        """;

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["micro", .. var rest]:
                // In process: no second build of everything, and the same code that the budgets look at.
                var config = DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(rest, config);
                return 0;
            case ["budgets"]:
                return await BudgetCommand.RunAsync(Console.Out);
            case ["targets"]:
                Console.Out.Write(FigureCatalog.ToMarkdown());
                return 0;
            case [ChildProcess.Verb, var role, .. var rest]:
                return await ChildProcess.ServeAsync(role, rest);
            case [var suite, .. var rest] when RunnerCommand.Knows(suite):
                return await RunnerCommand.RunAsync(suite, rest);
            default:
                await Console.Error.WriteLineAsync(Usage);
                return 2;
        }
    }
}
