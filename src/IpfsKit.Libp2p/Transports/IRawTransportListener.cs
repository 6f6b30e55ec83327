namespace IpfsKit.Libp2p.Transports;

/// <summary>A listener of an <see cref="IRawTransport"/>.</summary>
internal interface IRawTransportListener : ITransportListener
{
    /// <inheritdoc cref="ITransportListener.AcceptAsync"/>
    new ValueTask<IRawConnection?> AcceptAsync(CancellationToken cancellationToken);

    async ValueTask<ITransportConnection?> ITransportListener.AcceptAsync(CancellationToken cancellationToken) =>
        await AcceptAsync(cancellationToken).ConfigureAwait(false);
}
