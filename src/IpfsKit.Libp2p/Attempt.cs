using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace IpfsKit.Libp2p;

/// <summary>What something gave, or why it failed.</summary>
/// <remarks>For failures that strangers cause as often as they like: an exception that passes ten awaiting methods is thrown ten times, and each time costs as much as accepting a connection.</remarks>
/// <param name="Value">What it gave; nothing after a failure.</param>
/// <param name="Failure">Why it failed; null if it did not.</param>
internal readonly record struct Attempt<T>(T? Value, Exception? Failure)
{
    /// <summary>Whether it did not fail.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool HasSucceeded => Failure is null;

    public static implicit operator Attempt<T>(T value) => new(value, null);

    public static implicit operator Attempt<T>(Exception failure) => new(default, failure);

    /// <summary>What it gave.</summary>
    public T OrThrow()
    {
        if (Failure is not null)
            ExceptionDispatchInfo.Throw(Failure);
        return Value!;
    }
}
