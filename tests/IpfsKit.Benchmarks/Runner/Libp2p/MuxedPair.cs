using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace IpfsKit.Benchmarks.Runner.Libp2p;

/// <summary>Two peers in this process and a connection between them, upgraded as a host does it.</summary>
internal sealed class MuxedPair : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly PrivateKey[] _keys;

    private MuxedPair(IMuxedConnection dialer, IMuxedConnection listener, PrivateKey[] keys) => (Dialer, Listener, _keys) = (dialer, listener, keys);

    public IMuxedConnection Dialer { get; }

    public IMuxedConnection Listener { get; }

    public static async Task<MuxedPair> ConnectAsync(IRawTransport transport, string address, Func<PrivateKey, ISecurityProtocol> security)
    {
        PrivateKey[] keys = [PrivateKey.Generate(), PrivateKey.Generate()];
        await using var listener = await transport.ListenAsync(Multiaddr.Parse(address), CancellationToken.None);
        var accepting = AcceptAsync(listener, Upgrader(security(keys[1])));
        var dialed = await DialAsync(transport, listener.Address, Upgrader(security(keys[0])), keys[1].PublicKey.PeerId);
        return new MuxedPair(dialed, await accepting, keys);
    }

    /// <summary>The upgrades of one peer.</summary>
    public static ConnectionUpgrader Upgrader(ISecurityProtocol security) =>
        new([security], [new YamuxMuxer(Options.Create(new YamuxOptions()), TimeProvider.System, NullLogger<YamuxMuxer>.Instance)], null, Patience, TimeProvider.System);

    public static async Task<IMuxedConnection> AcceptAsync(IRawTransportListener listener, ConnectionUpgrader upgrader) =>
        await upgrader.UpgradeAsync((await listener.AcceptAsync(CancellationToken.None))!, null, Everybody.Instance, proposeFirstOnly: true, CancellationToken.None);

    public static async Task<IMuxedConnection> DialAsync(IRawTransport transport, Multiaddr address, ConnectionUpgrader upgrader, PeerId peer) =>
        await upgrader.UpgradeAsync(await transport.DialAsync(address, CancellationToken.None), peer, Everybody.Instance, proposeFirstOnly: true, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Dialer.CloseAsync(CancellationToken.None).AsTask(), Listener.CloseAsync(CancellationToken.None).AsTask());
        foreach (var key in _keys)
            key.Dispose();
    }
}
