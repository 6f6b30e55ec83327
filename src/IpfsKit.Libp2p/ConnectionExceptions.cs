using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p;

/// <summary>The connection has ended: closed, lost, or given up because the other side broke the rules.</summary>
public sealed class ConnectionClosedException(string message, Exception? innerException = null) : Libp2pException(message, innerException);

/// <summary>The stream was reset, by either side; its connection goes on.</summary>
public sealed class StreamResetException(bool byRemote)
    : Libp2pException(byRemote ? "The other side reset the stream." : "This side reset the stream.")
{
    /// <summary>Whether the other side did it.</summary>
    public bool ByRemote { get; } = byRemote;
}

/// <summary>An address could not be dialled.</summary>
public sealed class DialFailedException(Multiaddr address, string reason, Exception? innerException = null)
    : Libp2pException($"Dialing {address} failed: {reason}", innerException)
{
    /// <summary>The address.</summary>
    public Multiaddr Address { get; } = address;
}

/// <summary>An address could not be listened on.</summary>
public sealed class ListenFailedException(Multiaddr address, string reason, Exception? innerException = null)
    : Libp2pException($"Listening on {address} failed: {reason}", innerException)
{
    /// <summary>The address.</summary>
    public Multiaddr Address { get; } = address;
}

/// <summary>The other side of a connection did not follow the security protocol, or did not prove who it is.</summary>
public sealed class SecurityHandshakeException(string protocol, string reason, Exception? innerException = null)
    : Libp2pException($"The {protocol} handshake failed: {reason}", innerException)
{
    /// <summary>The security protocol.</summary>
    public string Protocol { get; } = protocol;
}

/// <summary>Somebody else answered than the peer that was dialled.</summary>
public sealed class PeerIdMismatchException(PeerId expected, PeerId actual) : Libp2pException($"Dialled {expected}, and {actual} answered.")
{
    /// <summary>Who was dialled.</summary>
    public PeerId Expected { get; } = expected;

    /// <summary>Who answered.</summary>
    public PeerId Actual { get; } = actual;
}

/// <summary>The two sides have no protocol in common.</summary>
public sealed class NegotiationFailedException(string reason, IReadOnlyList<string> offered, Exception? innerException = null)
    : Libp2pException($"No protocol was agreed on: {reason} Offered: {string.Join(", ", offered)}.", innerException)
{
    /// <summary>What this side offered.</summary>
    public IReadOnlyList<string> Offered { get; } = offered;
}

/// <summary>A limit of this node was reached.</summary>
/// <param name="scope">Whose limit: <c>system</c>, <c>transient</c>, <c>peer:…</c>, <c>connection</c>, <c>stream</c>, <c>protocol:…</c>, <c>service:…</c>.</param>
/// <param name="resource">Of what: <c>memory</c>, <c>connections</c>, <c>streams</c>, <c>descriptors</c>.</param>
/// <param name="limit">The limit.</param>
public sealed class ResourceLimitExceededException(string scope, string resource, long limit)
    : Libp2pException($"The limit of {limit} {resource} of {scope} is reached.")
{
    /// <summary>Whose limit.</summary>
    public string Scope { get; } = scope;

    /// <summary>Of what.</summary>
    public string Resource { get; } = resource;

    /// <summary>The limit.</summary>
    public long Limit { get; } = limit;
}
