using IpfsKit.Fuzz.Tests.Engine;
using IpfsKit.Fuzz.Tests.Targets;
using IpfsKit.TestKit;

namespace IpfsKit.Fuzz.Tests;

/// <summary>Every decoder that sees foreign bytes, on many mutations of valid inputs.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const ulong Seed = 20_250_101;
    private const double LeastPastHeader = 0.3;

    /// <summary><c>name,name</c> runs only these targets, for long runs of what has changed.</summary>
    private const string OnlyVariable = "IPFSKIT_FUZZ_ONLY";

    public static TheoryData<string> Names
    {
        get
        {
            var only = Environment.GetEnvironmentVariable(OnlyVariable) is { Length: > 0 } names ? names.Split(',') : null;
            return [.. FuzzTargets.All.Select(target => target.Name).Where(name => only is null || only.Contains(name))];
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decoder_MutatedInputs_OnlyDeclaredErrorsAndBoundedMemory(string name)
    {
        var target = FuzzTargets.All.Single(candidate => candidate.Name == name);
        if (Environment.GetEnvironmentVariable(FuzzRunner.ReplayVariable) is { Length: > 0 } replay)
        {
            var parts = replay.Split(':', 2);
            if (parts[0] == name)
                output.WriteLine($"{name}: {new FuzzRunner(target, Seed).RunOne(Convert.FromHexString(parts[1]))}");
            return;
        }

        var report = new FuzzRunner(target, Seed).Run(Soak.Count(20_000, 10_000_000));
        output.WriteLine(report.ToString());
        Assert.True(report.PastHeaderShare >= LeastPastHeader, report.ToString());
    }
}
