using IpfsKit.Libp2p.Hosting;

namespace IpfsKit.Libp2p;

/// <summary>A stream that two peers use for one protocol.</summary>
/// <remarks>
/// The protocol of a stream that this side opened may still be a proposal: the other side's refusal then shows at the first read, as <see cref="NegotiationFailedException"/>. Disposing gives back what the stream takes of
/// the node's limits, so do it always.
/// </remarks>
public interface IProtocolStream : IMuxedStream
{
    /// <summary>The protocol's id.</summary>
    string Protocol { get; }

    /// <summary>The connection that carries it.</summary>
    ISession Session { get; }
}
