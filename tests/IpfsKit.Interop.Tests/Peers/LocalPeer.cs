using System.Threading.Channels;
using IpfsKit.Libp2p;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Libp2p.Transports.WebSockets;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace IpfsKit.Interop.Tests.Peers;

/// <summary>This library from the transports to the streams, with as little around it as can be: connections, upgrades, streams by protocol.</summary>
internal sealed class LocalPeer : IAsyncDisposable
{
    private readonly IRawTransport[] _transports;
    private readonly ConnectionUpgrader _upgrader;
    private readonly Dictionary<string, Func<IMuxedStream, CancellationToken, Task>> _handlers = [];
    private readonly Channel<IMuxedConnection> _accepted = Channel.CreateBounded<IMuxedConnection>(1000);
    private readonly Channel<Exception> _refused = Channel.CreateBounded<Exception>(1000);
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<IRawTransportListener> _listeners = [];
    private readonly List<IMuxedConnection> _connections = [];
    private readonly List<Task> _work = [];
    private readonly Lock _lock = new();

    public LocalPeer(LocalPeerOptions? options = null)
    {
        options ??= new LocalPeerOptions();
        Key = options.Key ?? Ed25519PrivateKey.Generate();
        var tcp = new TcpTransport(new TcpOptions(), TimeProvider.System);
        // Both sides of a test have the same certificate.
        var webSockets = new WebSocketOptions
        {
            Certificate = options.WebSocketCertificate,
            CertificateValidation = (_, certificate, _, _) => certificate?.GetRawCertData().AsSpan().SequenceEqual(options.WebSocketCertificate?.RawData) == true,
        };
        _transports = [tcp, new WebSocketTransport(tcp, webSockets, TimeProvider.System)];
        _upgrader = new ConnectionUpgrader(
            [.. options.Security.Split(',').Select(name => MakeSecurity(name, Key))],
            [new YamuxMuxer(Options.Create(new YamuxOptions()), TimeProvider.System, NullLogger<YamuxMuxer>.Instance)],
            options.Protector,
            options.UpgradeTimeout,
            TimeProvider.System);
    }

    public PrivateKey Key { get; }

    public PeerId PeerId => Key.PublicKey.PeerId;

    /// <summary>Takes streams of a protocol; the stream is disposed when the handler ends.</summary>
    public void Handle(string protocol, Func<IMuxedStream, CancellationToken, Task> handler) => _handlers[protocol] = handler;

    /// <summary>Listens, and returns the address with this peer's id.</summary>
    public async Task<Multiaddr> ListenAsync(string address = "/ip4/127.0.0.1/tcp/0")
    {
        var listenAddress = Multiaddr.Parse(address);
        var listener = await _transports.First(transport => transport.CanListen(listenAddress)).ListenAsync(listenAddress, _stop.Token);
        lock (_lock)
        {
            _listeners.Add(listener);
            _work.Add(AcceptAsync(listener));
        }

        return listener.Address.Encapsulate(Multiaddr.FromPeerId(PeerId));
    }

    /// <summary>Connects to whom the address names.</summary>
    public async Task<IMuxedConnection> DialAsync(Multiaddr address)
    {
        Assert.True(address.TryGetPeerId(out var peer));
        var raw = await _transports.First(transport => transport.CanDial(address)).DialAsync(address, _stop.Token);
        return Add(await _upgrader.UpgradeAsync(raw, peer, new OpenAdmission(), proposeFirstOnly: false, _stop.Token));
    }

    /// <summary>The next connection that somebody else opened.</summary>
    public async Task<IMuxedConnection> AcceptedAsync() => await _accepted.Reader.ReadAsync(_stop.Token).AsTask().WaitAsync(JsPeer.Patience);

    /// <summary>Why the next inbound connection was not one.</summary>
    public async Task<Exception> RefusedAsync() => await _refused.Reader.ReadAsync(_stop.Token).AsTask().WaitAsync(JsPeer.Patience);

    /// <summary>Opens a stream; the proposal goes with the first bytes.</summary>
    public async Task<IMuxedStream> OpenAsync(IMuxedConnection connection, string protocol) =>
        new NegotiatedStream(await connection.OpenStreamAsync(_stop.Token), new MultistreamProposal(protocol));

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners)
            await listener.DisposeAsync();
        await _stop.CancelAsync();
        Task[] work;
        lock (_lock)
        {
            foreach (var connection in _connections)
                connection.Abort();
            work = [.. _work];
        }

        await Task.WhenAll(work);
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        _stop.Dispose();
    }

    private static ISecurityProtocol MakeSecurity(string name, PrivateKey key) => name switch
    {
        "noise" => new NoiseProtocol(key),
        "tls" => new TlsProtocol(key),
        _ => throw new ArgumentException($"There is no security protocol '{name}'."),
    };

    private async Task AcceptAsync(IRawTransportListener listener)
    {
        while (await listener.AcceptAsync(CancellationToken.None) is { } raw)
        {
            lock (_lock)
                _work.Add(UpgradeAsync(raw));
        }
    }

    private async Task UpgradeAsync(IRawConnection raw)
    {
        try
        {
            var connection = Add(await _upgrader.UpgradeAsync(raw, null, new OpenAdmission(), proposeFirstOnly: false, _stop.Token));
            await _accepted.Writer.WriteAsync(connection, _stop.Token);
        }
        catch (Exception exception) when (exception is Libp2pException or OperationCanceledException)
        {
            _refused.Writer.TryWrite(exception);
        }
    }

    private IMuxedConnection Add(IMuxedConnection connection)
    {
        lock (_lock)
        {
            _connections.Add(connection);
            _work.Add(ServeAsync(connection));
        }

        return connection;
    }

    private async Task ServeAsync(IMuxedConnection connection)
    {
        var streams = new List<Task>();
        try
        {
            while (await connection.AcceptStreamAsync(_stop.Token) is { } stream)
                streams.Add(ServeAsync(stream));
        }
        catch (Exception exception) when (exception is Libp2pException or OperationCanceledException)
        {
            // The connection has ended, or the test.
        }

        await Task.WhenAll(streams);
    }

    private async Task ServeAsync(IMuxedStream stream)
    {
        await using (stream)
        {
            try
            {
                var agreed = await MultistreamSelect.HandleAsync(new StreamNegotiationChannel(stream), [.. _handlers.Keys.Select(ProtocolMatcher.Exact)], _stop.Token);
                await _handlers[agreed.Protocol](stream, _stop.Token);
            }
            catch (Exception exception) when (exception is Libp2pException or OperationCanceledException)
            {
                // The other side sees how its stream ended; tests look there.
            }
        }
    }
}
