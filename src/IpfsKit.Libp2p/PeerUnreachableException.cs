using System.Text;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p;

/// <summary>A peer could not be connected to. Another peer may have what is wanted.</summary>
public sealed class PeerUnreachableException : Libp2pException
{
    // The message names so many; the property has all.
    private const int NamedFailures = 8;

    /// <summary>Says why.</summary>
    /// <param name="peerId">The peer.</param>
    /// <param name="reason">Why, in general.</param>
    /// <param name="failures">What happened at each address.</param>
    public PeerUnreachableException(PeerId peerId, string reason, IReadOnlyList<KeyValuePair<Multiaddr, Exception>>? failures = null)
        : base(Describe(peerId, reason, failures ?? []), failures is { Count: > 0 } ? failures[0].Value : null)
    {
        PeerId = peerId;
        Failures = failures ?? [];
    }

    /// <summary>The peer.</summary>
    public PeerId PeerId { get; }

    /// <summary>What happened at each address that was tried.</summary>
    public IReadOnlyList<KeyValuePair<Multiaddr, Exception>> Failures { get; }

    private static string Describe(PeerId peerId, string reason, IReadOnlyList<KeyValuePair<Multiaddr, Exception>> failures)
    {
        var text = new StringBuilder($"{peerId} cannot be reached: {reason}");
        foreach (var (address, failure) in failures.Take(NamedFailures))
            text.Append($" {address}: {failure.Message}");
        if (failures.Count > NamedFailures)
            text.Append($" And {failures.Count - NamedFailures} more.");
        return text.ToString();
    }
}
