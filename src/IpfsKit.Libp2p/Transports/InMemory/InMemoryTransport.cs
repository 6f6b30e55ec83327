using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Transports.InMemory;

/// <summary>Connections within a process: <c>/memory/NAME</c>; <c>/memory/0</c> is a name of the network's choice.</summary>
internal sealed class InMemoryTransport(InMemoryNetwork network) : IRawTransport
{
    /// <inheritdoc/>
    public bool CanDial(Multiaddr address) => TryRead(address, out _, out var rest) && IpAddresses.IsPeerOrNothing(rest);

    /// <inheritdoc/>
    public bool CanListen(Multiaddr address) => TryRead(address, out _, out var rest) && rest.IsDefault;

    /// <inheritdoc/>
    public async ValueTask<IRawConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        if (!CanDial(address) || !TryRead(address, out var listener, out _))
            throw new DialFailedException(address, "this is not an address in memory.");
        cancellationToken.ThrowIfCancellationRequested();
        return await network.DialAsync(address, listener, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IRawTransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        if (!CanListen(address))
            throw new ListenFailedException(address, "this is not an address in memory.");
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IRawTransportListener>(network.Listen(address));
    }

    private static bool TryRead(Multiaddr address, out Multiaddr listener, out Multiaddr rest)
    {
        listener = rest = default;
        foreach (var component in address)
        {
            if (component.Code != Multicodec.Memorytransport)
                return false;
            var length = component.Bytes.Length;
            listener = Multiaddr.FromBytes(component.Bytes);
            if (length < address.Bytes.Length)
                rest = Multiaddr.FromBytes(address.Bytes[length..]);
            return true;
        }

        return false;
    }
}
