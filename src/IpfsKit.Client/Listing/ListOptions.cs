namespace IpfsKit.Client;

/// <summary>How a directory is listed.</summary>
public sealed record ListOptions
{
    /// <summary>
    /// Whether each entry's root block is fetched, so that kind and size are known and verified. Otherwise only entries that are raw blocks
    /// have a kind.
    /// </summary>
    /// <value>Default: true.</value>
    public bool ResolveEntries { get; init; } = true;
}
