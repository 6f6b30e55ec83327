using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Conformance;

/// <summary>Both ends of a connection, and the listener that gave one of them.</summary>
internal sealed class ConnectionPair : IAsyncDisposable
{
    private readonly IRawTransportListener? _listener;

    private ConnectionPair(IRawConnection dialer, IRawConnection accepted, IRawTransportListener? listener)
    {
        Dialer = dialer;
        Accepted = accepted;
        _listener = listener;
    }

    public IRawConnection Dialer { get; }

    public IRawConnection Accepted { get; }

    public static async Task<ConnectionPair> ConnectAsync(IRawTransport transport, Multiaddr listenAddress)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var listener = await transport.ListenAsync(listenAddress, cancellationToken);
        return await ConnectAsync(transport, listener, owned: true);
    }

    public static async Task<ConnectionPair> ConnectAsync(IRawTransport transport, IRawTransportListener listener, bool owned = false)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var accept = listener.AcceptAsync(cancellationToken).AsTask();
        var dialer = await transport.DialAsync(listener.Address, cancellationToken);
        var accepted = await accept;
        Assert.NotNull(accepted);
        return new ConnectionPair(dialer, accepted, owned ? listener : null);
    }

    /// <summary>The end in a direction, and the other one.</summary>
    public (IRawConnection From, IRawConnection To) Ends(bool fromDialer) => fromDialer ? (Dialer, Accepted) : (Accepted, Dialer);

    public async ValueTask DisposeAsync()
    {
        Dialer.Abort();
        Accepted.Abort();
        await Dialer.DisposeAsync();
        await Accepted.DisposeAsync();
        if (_listener is not null)
            await _listener.DisposeAsync();
    }
}
