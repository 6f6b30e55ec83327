namespace IpfsKit.Libp2p.Identities;

/// <summary>The file that keeps a peer's identity cannot be used. It is left as it is: replacing it would make this another peer.</summary>
public sealed class IdentityFileException(string path, string reason, Exception? innerException = null)
    : IOException($"The identity file '{path}' cannot be used: {reason} Restore it from a backup; delete it only to become a new peer.", innerException)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;
}
