namespace IpfsKit.Fuzz.Tests.Engine;

/// <summary>A decoder that refuses input by throwing.</summary>
internal abstract class ThrowingTarget : IFuzzTarget
{
    /// <summary>What an exception, its message and its stack trace take at most; some are thrown twice.</summary>
    protected const int ExceptionBytes = 16 * 1024;

    public abstract string Name { get; }

    public abstract IEnumerable<byte[]> Seeds { get; }

    public FuzzOutcome Run(ReadOnlyMemory<byte> input)
    {
        try
        {
            Decode(input);
            return FuzzOutcome.Accepted;
        }
        catch (Exception exception) when (IsDeclared(exception))
        {
            return PassesHeader(input.Span) ? FuzzOutcome.Refused : FuzzOutcome.RefusedInHeader;
        }
    }

    public abstract long GetAllowedBytes(int inputBytes);

    public virtual void Recheck(ReadOnlyMemory<byte> input)
    {
    }

    protected abstract void Decode(ReadOnlyMemory<byte> input);

    /// <summary>Whether the decoder's documentation names the exception.</summary>
    protected abstract bool IsDeclared(Exception exception);

    /// <summary>Whether the first thing that the decoder looks at is right in an input that it refused.</summary>
    protected abstract bool PassesHeader(ReadOnlySpan<byte> input);
}
