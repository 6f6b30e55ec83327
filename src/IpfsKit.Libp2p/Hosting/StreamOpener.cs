using System.Collections.Concurrent;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Streams;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Opens streams on sessions and agrees on their protocol.</summary>
internal sealed class StreamOpener(ResourceManager resources, HandlerTable handlers, PeerStore peerStore, StreamOptions options, TimeProvider timeProvider, Libp2pInstruments instruments)
{
    /// <summary>The most proposals that are kept; others are made anew each time.</summary>
    public const int MaxKeptProposals = 256;

    private readonly ConcurrentDictionary<string, MultistreamProposal> _proposals = new(StringComparer.Ordinal);

    /// <summary>Opens a stream.</summary>
    /// <inheritdoc cref="ILibp2pHost.NewStreamAsync" path="/exception"/>
    public async Task<IProtocolStream> OpenAsync(Session session, IReadOnlyList<string> protocols, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(protocols);
        ArgumentOutOfRangeException.ThrowIfZero(protocols.Count);
        using var activity = Libp2pInstruments.Activities.StartActivity("libp2p.negotiate");
        activity.SetDirection(ConnectionDirection.Outbound);
        activity.SetPeer(session.RemotePeer);
        var started = timeProvider.GetTimestamp();
        Exception? failure = null;
        var scope = resources.OpenStream(session.RemotePeer, ConnectionDirection.Outbound);
        try
        {
            var stream = await session.Connection.OpenStreamAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var agreed = await AgreeAsync(session, stream, protocols, scope, cancellationToken).ConfigureAwait(false);
                activity?.SetTag("protocol", agreed.Protocol);
                return agreed;
            }
            catch
            {
                stream.Reset();
                await stream.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception e)
        {
            scope.Dispose();
            failure = e;
            throw;
        }
        finally
        {
            var outcome = Outcomes.Of(failure, cancellationToken.IsCancellationRequested);
            activity.SetOutcome(outcome, failure);
            instruments.Negotiated(ConnectionDirection.Outbound, timeProvider.GetElapsedTime(started), outcome);
        }
    }

    private async ValueTask<IProtocolStream> AgreeAsync(Session session, IMuxedStream stream, IReadOnlyList<string> protocols, StreamScope scope, CancellationToken cancellationToken)
    {
        // One that is likely to be taken goes out with the first bytes.
        var likely = protocols.Count == 1 ? protocols[0] : peerStore.FindProtocol(session.RemotePeer, protocols);
        var agreed = likely ?? await SelectAsync(stream, protocols, cancellationToken).ConfigureAwait(false);
        scope.Attach(agreed, handlers.ServiceOf(agreed));
        return new ProtocolStream(likely is null ? stream : new NegotiatedStream(stream, Proposal(likely)), agreed, session, scope);
    }

    private async ValueTask<string> SelectAsync(IMuxedStream stream, IReadOnlyList<string> protocols, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.NegotiationTimeout, timeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await MultistreamSelect.SelectAsync(new StreamNegotiationChannel(stream), protocols, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The peer did not say within {options.NegotiationTimeout.TotalSeconds:0.###} s which of {string.Join(", ", protocols)} it speaks.", e);
        }
    }

    private MultistreamProposal Proposal(string protocol)
    {
        if (_proposals.TryGetValue(protocol, out var kept))
            return kept;
        var proposal = new MultistreamProposal(protocol);
        if (_proposals.Count < MaxKeptProposals)
            _proposals.TryAdd(protocol, proposal);
        return proposal;
    }
}
