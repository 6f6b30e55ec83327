namespace IpfsKit.Client;

/// <summary>How a directory is listed.</summary>
public sealed record ListOptions
{
    /// <summary>
    /// Whether each dag-pb entry's root block is fetched, so that its kind and size are what that block says, verified. Otherwise only entries that are raw
    /// blocks have a kind. Raw blocks are never fetched: their CID says that they are files, and their size is what the directory claims.
    /// </summary>
    /// <value>Default: true.</value>
    public bool ResolveEntries { get; init; } = true;
}
