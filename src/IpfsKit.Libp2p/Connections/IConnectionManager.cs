using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Connections;

/// <summary>Keeps the number of connections within bounds: when there are more than the high-water mark, it closes those of the peers with the lowest score, down to the low-water mark. Thread-safe.</summary>
public interface IConnectionManager
{
    /// <summary>Protects a peer's connections from being trimmed. Several parts of a program may protect a peer, each with a tag of its own.</summary>
    void Protect(PeerId peer, string tag);

    /// <summary>Takes one protection away.</summary>
    /// <returns>Whether the peer is still protected by another tag.</returns>
    bool Unprotect(PeerId peer, string tag);

    /// <summary>Whether a peer is protected, by this tag or by any.</summary>
    bool IsProtected(PeerId peer, string? tag = null);

    /// <summary>Gives a peer a value; the sum of its values is its score. Values are forgotten when the last connection of the peer ends.</summary>
    /// <returns>False if the peer is not connected and too many such peers have values, or if it has too many.</returns>
    bool SetTag(PeerId peer, string tag, int value);

    /// <summary>Takes a value away.</summary>
    void RemoveTag(PeerId peer, string tag);

    /// <summary>The sum of a peer's values.</summary>
    long GetScore(PeerId peer);

    /// <summary>Trims now, down to the low-water mark, whether or not the high-water mark is exceeded.</summary>
    /// <returns>How many connections were closed.</returns>
    Task<int> TrimAsync(CancellationToken cancellationToken = default);
}
