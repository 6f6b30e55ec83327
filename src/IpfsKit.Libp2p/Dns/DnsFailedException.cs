namespace IpfsKit.Libp2p.Dns;

/// <summary>A name could not be resolved, because no server answers or it says that it failed; not because there is no such name.</summary>
public sealed class DnsFailedException(string name, string reason, Exception? innerException = null)
    : Libp2pException($"Resolving '{name}' failed: {reason}", innerException)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;
}
