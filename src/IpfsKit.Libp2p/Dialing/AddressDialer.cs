using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Dialing;

/// <summary>Dials addresses with the transports that there are, never more at once than <see cref="DialOptions.MaxConcurrentDials"/>, or than half of the descriptors that connections without a peer may have.</summary>
internal sealed class AddressDialer(
    IReadOnlyList<ITransport> transports, SessionFactory sessions, ResourceManager resources, DialOptions options, TimeProvider timeProvider, Libp2pInstruments instruments) : IAddressDialer, IDisposable
{
    private readonly SemaphoreSlim _slots = new(Math.Clamp(resources.Limits.Transient.Descriptors / 2, 1, options.MaxConcurrentDials));

    /// <inheritdoc/>
    public bool CanDial(Multiaddr address) => transports.Any(transport => transport.CanDial(address));

    /// <inheritdoc/>
    public async Task<Session> DialAsync(PeerId peer, Multiaddr address, string? name, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        var started = timeProvider.GetTimestamp();
        Exception? failure = null;
        var limit = AddressReaches.Of(address) is AddressReach.Loopback or AddressReach.Private ? options.PrivateTimeout : options.Timeout;
        using var timeout = new CancellationTokenSource(limit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await ConnectAsync(peer, address, name, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            failure = new TimeoutException($"{address} did not answer within {limit.TotalSeconds:0.###} s.", e);
            throw failure;
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            _slots.Release();
            instruments.Dialled(timeProvider.GetElapsedTime(started), Outcomes.Of(failure, cancellationToken.IsCancellationRequested));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async Task<Session> ConnectAsync(PeerId peer, Multiaddr address, string? name, CancellationToken cancellationToken)
    {
        var transport = transports.FirstOrDefault(transport => transport.CanDial(address)) ?? throw new DialFailedException(address, "there is no transport for it.");
        try
        {
            return await ConnectAsync(transport, peer, address, name, proposeFirstOnly: true, cancellationToken).ConfigureAwait(false);
        }
        catch (NegotiationFailedException) when (!transport.SecuresItself)
        {
            // The peer does not speak what is best here; the proposal was made without waiting, so there is no way back but a new connection.
            return await ConnectAsync(transport, peer, address, name, proposeFirstOnly: false, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Session> ConnectAsync(ITransport transport, PeerId peer, Multiaddr address, string? name, bool proposeFirstOnly, CancellationToken cancellationToken)
    {
        var scope = resources.OpenConnection(ConnectionDirection.Outbound, address.GetIPAddress(), transport.UsesDescriptor(address));
        try
        {
            // A relay has to be told whom it is to connect to; others do not look at it.
            var connection = await transport.DialAsync(address.IsRelayed() ? address.WithPeerId(peer) : address, name, cancellationToken).ConfigureAwait(false);
            return await sessions.CreateAsync(connection, peer, scope, proposeFirstOnly, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }
}
