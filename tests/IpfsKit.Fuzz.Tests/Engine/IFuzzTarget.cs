namespace IpfsKit.Fuzz.Tests.Engine;

/// <summary>A decoder that sees foreign bytes.</summary>
public interface IFuzzTarget
{
    /// <summary>The decoder's name, unique among the targets.</summary>
    string Name { get; }

    /// <summary>Valid inputs, from which the others are made. Every one is run first, and must be accepted.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>Why the decoder looks at nothing first, so that no share of inputs can be asked to get past it; null where there is a header.</summary>
    string? NoHeader => null;

    /// <summary>
    /// Decodes. Catches what the decoder declares to throw and nothing else: any exception that leaves this method is a failure.
    /// </summary>
    FuzzOutcome Run(ReadOnlyMemory<byte> input);

    /// <summary>The most that <see cref="Run"/> may allocate for an input of this many bytes, exceptions included.</summary>
    long GetAllowedBytes(int inputBytes);

    /// <summary>Checks, without being measured, that an accepted input deserved it: throws if what was decoded is not what the input says.</summary>
    void Recheck(ReadOnlyMemory<byte> input)
    {
    }
}
