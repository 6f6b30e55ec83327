using IpfsKit.Grains;

namespace IpfsKit.Client.Pinning;

/// <summary>What callers say about pins, checked before anything happens.</summary>
internal static class PinArguments
{
    /// <exception cref="ArgumentException">The mode cannot be set, or the name is too long.</exception>
    public static void Check(PinOptions options)
    {
        if (options.Mode is not (PinMode.Recursive or PinMode.Direct))
            throw new ArgumentException($"A pin of mode {options.Mode} cannot be set: indirect pins are computed.", nameof(options));
        CheckName(options.Name);
    }

    /// <exception cref="ArgumentException">The name is too long.</exception>
    public static void CheckName(string? name)
    {
        if (name is { Length: > PinRequest.MaxNameLength })
            throw new ArgumentException($"The pin's name has {name.Length} characters; {PinRequest.MaxNameLength} are allowed.", nameof(name));
    }
}
