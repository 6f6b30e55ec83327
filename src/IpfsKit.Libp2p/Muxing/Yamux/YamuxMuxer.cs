using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace IpfsKit.Libp2p.Muxing.Yamux;

/// <summary>Yamux: <see cref="YamuxConnection"/>.</summary>
/// <param name="options">Validated.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Told what other sides do wrong.</param>
/// <param name="refused">Told of each stream that is refused because there are too many.</param>
internal sealed class YamuxMuxer(IOptions<YamuxOptions> options, TimeProvider timeProvider, ILogger<YamuxMuxer> logger, Action? refused = null) : IMuxer
{
    /// <summary>The protocol's id.</summary>
    public const string ProtocolId = "/yamux/1.0.0";

    public string Id => ProtocolId;

    /// <inheritdoc/>
    /// <exception cref="ResourceLimitExceededException">There is no memory for a connection; the channel was aborted.</exception>
    public IMuxedConnection Multiplex(ISecureChannel channel, IMemoryBudget memory)
    {
        const int Reserved = 2 * YamuxSendBuffer.SmallBytes;
        if (memory.TryReserve(Reserved, MemoryPriority.Always))
            return new YamuxConnection(channel, memory, options.Value, timeProvider, logger, refused);
        channel.Abort();
        throw new ResourceLimitExceededException("connection", "memory", Reserved);
    }
}
