namespace IpfsKit.Fuzz.Tests.Engine;

/// <summary>The engine finds what it is there to find.</summary>
public sealed class FuzzRunnerTests
{
    [Fact]
    public void Run_TargetThatThrows_FailsWithTheInput()
    {
        var target = new Planted { OnInput = input => input.Length > 2 && input[2] == 0x80 ? throw new NotFiniteNumberException() : FuzzOutcome.Accepted };
        var exception = Assert.Throws<FuzzFailureException>(() => new FuzzRunner(target, seed: 1).Run(10_000));
        Assert.IsType<NotFiniteNumberException>(exception.InnerException);
        Assert.Contains("planted:", exception.Message, StringComparison.Ordinal);
        Assert.Matches("(?m)^  ([0-9a-f]{4})80[0-9a-f]*$", exception.Message);
    }

    [Fact]
    public void Run_TargetThatAllocatesTooMuch_Fails()
    {
        // A length field that is believed.
        var target = new Planted { OnInput = input => input.Length > 0 && new byte[input[0] * 64].Length >= 0 ? FuzzOutcome.Accepted : FuzzOutcome.Refused };
        var exception = Assert.Throws<FuzzFailureException>(() => new FuzzRunner(target, seed: 1).Run(10_000));
        Assert.Contains("the bound is", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TargetThatAcceptsTooMuch_Fails()
    {
        var target = new Planted { OnRecheck = input => Assert.NotEqual(7, input[^1]) };
        Assert.Contains("accepted what it should not have", Assert.Throws<FuzzFailureException>(() => new FuzzRunner(target, seed: 1).Run(10_000)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TargetThatRefusesItsSeed_Fails()
    {
        var target = new Planted { OnInput = _ => FuzzOutcome.Refused };
        Assert.Contains("refused a seed", Assert.Throws<FuzzFailureException>(() => new FuzzRunner(target, seed: 1).Run(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OneSeedTwice_SeesTheSameInputs()
    {
        Assert.Equal(Trace(1), Trace(1));
        Assert.NotEqual(Trace(1), Trace(2));

        static string Trace(ulong seed)
        {
            var seen = new List<string>();
            var target = new Planted
            {
                OnInput = input =>
                {
                    seen.Add(Convert.ToHexString(input));
                    return FuzzOutcome.Accepted;
                },
                AllowedBytes = long.MaxValue,
            };
            new FuzzRunner(target, seed).Run(500);
            return string.Join(',', seen);
        }
    }

    private sealed class Planted : IFuzzTarget
    {
        public Func<byte[], FuzzOutcome> OnInput { get; init; } = _ => FuzzOutcome.Accepted;

        public Action<byte[]> OnRecheck { get; init; } = _ => { };

        public long AllowedBytes { get; init; } = 8 * 1024;

        public string Name => "planted";

        public IEnumerable<byte[]> Seeds => [[1, 2, 3, 4]];

        public FuzzOutcome Run(ReadOnlyMemory<byte> input) => OnInput(input.ToArray());

        public void Recheck(ReadOnlyMemory<byte> input)
        {
            if (!input.IsEmpty)
                OnRecheck(input.ToArray());
        }

        public long GetAllowedBytes(int inputBytes) => AllowedBytes;
    }
}
