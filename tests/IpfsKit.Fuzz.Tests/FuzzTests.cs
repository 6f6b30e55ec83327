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
        if (target.NoHeader is { } reason)
            output.WriteLine($"{name}: every input counts as past the header, since {reason}.");
        Assert.True(report.PastHeaderShare >= LeastPastHeader, report.ToString());
    }

    /// <summary>A header that noise gets past would let a target meet the share with inputs that its decoder gives up on at once.</summary>
    [Fact]
    public void Header_AllTargetsButThoseWithoutOne_RefuseNoiseInIt()
    {
        Assert.Equal(["varint"], FuzzTargets.All.Where(target => target.NoHeader is not null).Select(target => target.Name));
        var random = new FuzzRandom(Seed);
        var noise = Enumerable.Range(0, 2000).Select(_ => Enumerable.Range(0, 24).Select(_ => random.NextByte()).ToArray()).ToArray();
        Assert.All(FuzzTargets.All.Where(target => target.NoHeader is null), target =>
        {
            var past = noise.Count(input => target.Run(input) != FuzzOutcome.RefusedInHeader);
            output.WriteLine($"{target.Name}: {past} of {noise.Length} inputs of noise get past the header");
            Assert.True(past < LeastPastHeader * noise.Length, $"{target.Name}: {past} of {noise.Length} inputs of noise get past the header");
        });
    }
}
