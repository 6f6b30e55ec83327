using System.Collections.Concurrent;
using System.Threading.Channels;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Tests.Muxing.Yamux;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>A network in memory on which connections secure and multiplex themselves, as those of QUIC do: <c>/ip4/…/udp/4001/quic-v1</c>. A host dials from the socket on which it listens.</summary>
internal sealed class FakeDatagrams
{
    private readonly ConcurrentDictionary<Multiaddr, Channel<AddressedConnection>> _listeners = new();
    private readonly ConcurrentDictionary<string, int> _handshakes = new();

    /// <summary>Whether its connections take anybody for the peer that was dialled.</summary>
    public bool IsCredulous { get; init; }

    public static Multiaddr AddressOf(string ip) => Multiaddr.Parse($"/ip4/{ip}/udp/4001/quic-v1");

    /// <summary>Starts a host that has one address, and listens there.</summary>
    /// <param name="ip">The address.</param>
    /// <param name="configure">Changes the options.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="build">Adds parts.</param>
    /// <param name="seenAs">The address at which others see it, behind a router that keeps ports.</param>
    public Task<TestHost> StartAsync(string ip, Action<Libp2pOptions>? configure = null, TimeProvider? timeProvider = null, Action<ILibp2pBuilder>? build = null, string? seenAs = null) => TestHost.StartAsync(
        null,
        options =>
        {
            options.ListenAddresses.Clear();
            options.ListenAddresses.Add(AddressOf(ip).ToString());
            configure?.Invoke(options);
        },
        timeProvider,
        build: builder =>
        {
            AddTo(builder, ip, seenAs);
            build?.Invoke(builder);
        });

    public void AddTo(ILibp2pBuilder builder, string ip, string? seenAs = null) =>
        builder.Services.AddSingleton<ITransport>(provider => new SelfSecuringTransport(this, ip, seenAs ?? ip, provider.GetRequiredService<HostIdentity>().Key));

    /// <summary>Connects to a host and says nothing.</summary>
    public DuplexConnection ConnectSilently(Multiaddr address, string from) => Connect(address, from, from, null).Silent;

    /// <summary>How often hosts at an IP address have begun a handshake.</summary>
    public int HandshakesOf(string ip) => _handshakes.GetValueOrDefault(ip);

    private (Connection? Dialer, DuplexConnection Silent) Connect(Multiaddr address, string from, string seenAs, PrivateKey? key)
    {
        if (!_listeners.TryGetValue(address, out var listener))
            throw new DialFailedException(address, "nobody listens there.");
        var (dialer, accepted) = DuplexConnection.CreatePair();
        Assert.True(listener.Writer.TryWrite(new AddressedConnection(accepted, address, AddressOf(seenAs))));
        return (key is null ? null : new Connection(this, from, key, new AddressedConnection(dialer, AddressOf(from), address)), dialer);
    }

    private sealed class SelfSecuringTransport(FakeDatagrams network, string ip, string seenAs, PrivateKey key) : ITransport
    {
        public bool SecuresItself => true;

        public bool CanDial(Multiaddr address) => address.GetIPAddress() is not null && address.Contains(Multicodec.QuicV1);

        public bool CanListen(Multiaddr address) => CanDial(address);

        public bool UsesDescriptor(Multiaddr address) => false;

        public ValueTask<ITransportConnection> DialAsync(Multiaddr address, string? name, CancellationToken cancellationToken) =>
            ValueTask.FromResult<ITransportConnection>(network.Connect(address, ip, seenAs, key).Dialer!);

        public ValueTask<ITransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken)
        {
            var accepted = Channel.CreateUnbounded<AddressedConnection>();
            Assert.True(network._listeners.TryAdd(address, accepted));
            return ValueTask.FromResult<ITransportListener>(new Listener(network, address, ip, key, accepted));
        }
    }

    private sealed class Listener(FakeDatagrams network, Multiaddr address, string ip, PrivateKey key, Channel<AddressedConnection> accepted) : ITransportListener
    {
        public Multiaddr Address => address;

        public async ValueTask<ITransportConnection?> AcceptAsync(CancellationToken cancellationToken) =>
            await accepted.Reader.WaitToReadAsync(cancellationToken) && accepted.Reader.TryRead(out var connection) ? new Connection(network, ip, key, connection) : null;

        public ValueTask DisposeAsync()
        {
            network._listeners.TryRemove(address, out _);
            accepted.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Connection(FakeDatagrams network, string ip, PrivateKey key, AddressedConnection below) : ISelfSecuredConnection
    {
        public Multiaddr LocalAddress => below.LocalAddress;

        public Multiaddr RemoteAddress => below.RemoteAddress;

        public ConnectionDirection Direction => below.Direction;

        public async ValueTask<IMuxedConnection> EstablishAsync(PeerId? expectedPeer, IMemoryBudget memory, CancellationToken cancellationToken)
        {
            network._handshakes.AddOrUpdate(ip, 1, (_, count) => count + 1);
            using var noise = new NoiseProtocol(key);
            var channel = await noise.SecureAsync(below, network.IsCredulous ? null : expectedPeer, [], memory, cancellationToken);
            return TestYamux.CreateMuxer().Multiplex(channel, memory);
        }

        public void Abort() => below.Abort();

        public ValueTask DisposeAsync() => below.DisposeAsync();
    }
}
