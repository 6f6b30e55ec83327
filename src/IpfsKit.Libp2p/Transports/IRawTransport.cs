using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports;

/// <summary>A transport of <see cref="IRawConnection"/>s.</summary>
internal interface IRawTransport : ITransport
{
    bool ITransport.SecuresItself => false;

    /// <summary>Opens a connection.</summary>
    /// <exception cref="DialFailedException">Nobody answers, or not in this protocol.</exception>
    ValueTask<IRawConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken);

    /// <inheritdoc cref="ITransport.DialAsync"/>
    new ValueTask<IRawConnection> DialAsync(Multiaddr address, string? name, CancellationToken cancellationToken) => DialAsync(address, cancellationToken);

    /// <inheritdoc cref="ITransport.ListenAsync"/>
    new ValueTask<IRawTransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken);

    async ValueTask<ITransportConnection> ITransport.DialAsync(Multiaddr address, string? name, CancellationToken cancellationToken) =>
        await DialAsync(address, name, cancellationToken).ConfigureAwait(false);

    async ValueTask<ITransportListener> ITransport.ListenAsync(Multiaddr address, CancellationToken cancellationToken) =>
        await ListenAsync(address, cancellationToken).ConfigureAwait(false);
}
