namespace IpfsKit.Fuzz.Tests.Engine;

/// <summary>An input that a decoder treats wrongly; the message has all that a replay needs.</summary>
public sealed class FuzzFailureException(string target, ulong seed, long index, ReadOnlySpan<byte> input, string problem, Exception? innerException = null)
    : Exception(
        $"{target}: {problem}\n  run seed {seed}, input {index}, {input.Length} bytes:\n  {Convert.ToHexStringLower(input)}\n"
        + $"  replay: {FuzzRunner.ReplayVariable}={target}:{Convert.ToHexStringLower(input)} dotnet test --project tests/IpfsKit.Fuzz.Tests",
        innerException);
