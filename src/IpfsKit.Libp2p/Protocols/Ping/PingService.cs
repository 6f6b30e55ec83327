using System.Security.Cryptography;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Protocols.Ping;

/// <summary>Pings peers.</summary>
internal sealed class PingService(ILibp2pHost host, PeerStore peerStore, PingOptions options, TimeProvider timeProvider, Libp2pInstruments instruments) : IPingService
{
    /// <inheritdoc/>
    public async Task<TimeSpan> PingAsync(PeerId peer, CancellationToken cancellationToken = default) =>
        (await MeasureAsync(peer, 1, cancellationToken).ConfigureAwait(false)).RoundTrips[0];

    /// <inheritdoc/>
    public async Task<PingStatistics> MeasureAsync(PeerId peer, int count, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var roundTrips = new List<TimeSpan>();
        var stream = await host.NewStreamAsync(peer, [PingProtocol.Id], cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            if (count > 1)
            {
                // The first one carries the negotiation, which is not the peer's distance.
                await RoundTripAsync(stream, cancellationToken).ConfigureAwait(false);
            }

            for (var i = 0; i < count; i++)
            {
                var roundTrip = await RoundTripAsync(stream, cancellationToken).ConfigureAwait(false);
                peerStore.AddLatency(peer, roundTrip);
                roundTrips.Add(roundTrip);
            }

            await stream.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
        }

        return new PingStatistics(roundTrips);
    }

    private async Task<TimeSpan> RoundTripAsync(IProtocolStream stream, CancellationToken cancellationToken)
    {
        var sent = RandomNumberGenerator.GetBytes(PingProtocol.PayloadBytes);
        var received = new byte[PingProtocol.PayloadBytes];
        var started = timeProvider.GetTimestamp();
        Exception? failure = null;
        using var timeout = new CancellationTokenSource(options.Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await stream.WriteAsync(sent, either.Token).ConfigureAwait(false);
            await stream.ReadExactlyAsync(received, either.Token).ConfigureAwait(false);
            if (!received.AsSpan().SequenceEqual(sent))
                throw new ProtocolViolationException("The peer answered a ping with other bytes.");
            return timeProvider.GetElapsedTime(started);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            failure = new TimeoutException($"{stream.Session.RemotePeer} did not answer a ping within {options.Timeout.TotalSeconds:0.###} s.", e);
            throw failure;
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            instruments.Pinged(timeProvider.GetElapsedTime(started), Outcomes.Of(failure, cancellationToken.IsCancellationRequested));
        }
    }
}
