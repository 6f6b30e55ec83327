using IpfsKit.Grains;

namespace IpfsKit.Client;

/// <summary>No node of the cluster could take a request.</summary>
public sealed class NoNodeAvailableException(string purpose, IReadOnlyList<string> tried, Exception? innerException = null)
    : IpfsKitException(
        $"No node could {purpose}. {(tried is { Count: > 0 } ? $"Tried: {string.Join("; ", tried)}." : "The cluster lists no node with a data plane.")}",
        innerException)
{
    /// <summary>Who was asked, each with its outcome.</summary>
    public IReadOnlyList<string> Tried { get; } = tried;
}
