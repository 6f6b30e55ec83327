using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;

namespace IpfsKit.Libp2p.Muxing;

/// <summary>Makes many streams out of one secure channel.</summary>
internal interface IMuxer
{
    /// <summary>The id in multistream-select and in handshakes: <c>/yamux/1.0.0</c>.</summary>
    string Id { get; }

    /// <summary>Takes a channel over. Nothing is sent or awaited here.</summary>
    /// <param name="channel">Owned by the connection from now on.</param>
    /// <param name="memory">Where its buffers and the windows of its streams are reserved.</param>
    IMuxedConnection Multiplex(ISecureChannel channel, IMemoryBudget memory);
}
