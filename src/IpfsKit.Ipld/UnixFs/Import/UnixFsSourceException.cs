namespace IpfsKit.Ipld.UnixFs;

/// <summary>An entry of a source cannot be imported where it says.</summary>
public sealed class UnixFsSourceException(string path, string reason)
    : IpldException($"The entry '{path}' {reason}.")
{
    /// <summary>The entry's path.</summary>
    public string Path { get; } = path;

    /// <summary>What is wrong with it, as the end of a sentence.</summary>
    public string Reason { get; } = reason;
}
