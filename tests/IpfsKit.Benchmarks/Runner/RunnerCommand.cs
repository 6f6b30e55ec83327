using IpfsKit.Benchmarks.Runner.Bitswap;
using IpfsKit.Benchmarks.Runner.Cluster;
using IpfsKit.Benchmarks.Runner.Floors;
using IpfsKit.Benchmarks.Runner.Import;
using IpfsKit.Benchmarks.Runner.Libp2p;
using IpfsKit.Benchmarks.Runner.Read;
using IpfsKit.Benchmarks.Runner.Register;
using IpfsKit.Benchmarks.Runner.Store;
using IpfsKit.Benchmarks.Runner.Touch;

namespace IpfsKit.Benchmarks.Runner;

/// <summary>The console runner: suites of end-to-end figures.</summary>
internal static class RunnerCommand
{
    private const string Everything = "all";

    private static readonly Dictionary<string, Func<RunContext, Task>> Suites = new()
    {
        ["floors"] = FloorSuite.RunAsync,
        ["import"] = ImportSuite.RunAsync,
        ["store"] = StoreSuite.RunAsync,
        ["read"] = ReadSuite.RunAsync,
        ["touch"] = TouchSuite.RunAsync,
        ["register"] = RegisterSuite.RunAsync,
        ["libp2p"] = Libp2pSuite.RunAsync,
        ["bitswap"] = BitswapSuite.RunAsync,
        ["cluster"] = ClusterSuite.RunAsync,
    };

    /// <summary>Whether there is such a suite.</summary>
    public static bool Knows(string suite) => suite == Everything || Suites.ContainsKey(suite);

    /// <summary>Runs a suite. Never fails for being slow.</summary>
    /// <returns>0, 1 if a suite could not run, or 2 for arguments that are not understood.</returns>
    public static async Task<int> RunAsync(string suite, string[] arguments)
    {
        RunOptions options;
        try
        {
            options = RunOptions.Parse(arguments);
        }
        catch (ArgumentException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }

        using var context = new RunContext(options, Console.Out, Console.Error);
        context.Note($"{Environment.ProcessorCount} cores, {(options.IsQuick ? "quick" : $"median of {options.Rounds} rounds")}, files under {options.Directory}");
        try
        {
            foreach (var (name, run) in Suites)
            {
                if (suite == Everything ? FigureCatalog.All.Any(row => row.Suite == name && options.Wants(row.Name)) : suite == name)
                    await run(context);
            }

            return 0;
        }
#pragma warning disable CA1031 // an unhandled exception would end the process with gigabytes left in the directory
        catch (Exception exception)
#pragma warning restore CA1031
        {
            context.Note(exception.ToString());
            return 1;
        }
    }
}
