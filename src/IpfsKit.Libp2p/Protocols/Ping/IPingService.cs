using IpfsKit.Libp2p.Hosting;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Protocols.Ping;

/// <summary>Measures round trips. What it measures goes into the peer store's latency, too.</summary>
public interface IPingService
{
    /// <summary>One round trip.</summary>
    /// <exception cref="TimeoutException">The peer did not answer in time.</exception>
    /// <exception cref="ProtocolViolationException">It answered with something else.</exception>
    /// <inheritdoc cref="ILibp2pHost.NewStreamAsync" path="/exception"/>
    Task<TimeSpan> PingAsync(PeerId peer, CancellationToken cancellationToken = default);

    /// <summary>Several round trips, one after the other on one stream.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="count">How many; at least 1.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <inheritdoc cref="PingAsync" path="/exception"/>
    Task<PingStatistics> MeasureAsync(PeerId peer, int count, CancellationToken cancellationToken = default);
}
