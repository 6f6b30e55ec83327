using System.Collections.Concurrent;
using System.Threading.Channels;
using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>A network in memory in which hosts have IP addresses. Where nobody listens, nobody answers.</summary>
internal sealed class FakeInternet
{
    private readonly ConcurrentDictionary<Multiaddr, Channel<IRawConnection>> _listeners = new();
    private int _unanswered;
    private int _dials;

    /// <summary>The dials that wait for an answer.</summary>
    public int Unanswered => Volatile.Read(ref _unanswered);

    /// <summary>All dials.</summary>
    public int Dials => Volatile.Read(ref _dials);

    /// <summary>Starts a host that has one address, and listens there on port 4001.</summary>
    public Task<TestHost> StartAsync(string ip, Action<Libp2pOptions>? configure = null, TimeProvider? timeProvider = null, Action<ILibp2pBuilder>? build = null) => TestHost.StartAsync(
        null,
        options =>
        {
            options.ListenAddresses.Clear();
            options.ListenAddresses.Add($"/ip4/{ip}/tcp/4001");
            configure?.Invoke(options);
        },
        timeProvider,
        build: builder =>
        {
            builder.Services.AddSingleton<ITransport>(new Transport(this, ip));
            build?.Invoke(builder);
        });

    private sealed class Transport(FakeInternet internet, string ip) : IRawTransport
    {
        public bool CanDial(Multiaddr address) => address.GetIPAddress() is not null && address.Contains(Multicodec.Tcp);

        public bool CanListen(Multiaddr address) => CanDial(address);

        public async ValueTask<IRawConnection> DialAsync(Multiaddr address, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref internet._dials);
            if (!internet._listeners.TryGetValue(address, out var listener))
            {
                Interlocked.Increment(ref internet._unanswered);
                try
                {
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }
                finally
                {
                    Interlocked.Decrement(ref internet._unanswered);
                }
            }

            var (dialer, accepted) = DuplexConnection.CreatePair();
            var local = Multiaddr.Parse($"/ip4/{ip}/tcp/50000");
            Assert.True(listener!.Writer.TryWrite(new AddressedConnection(accepted, address, local)));
            return new AddressedConnection(dialer, local, address);
        }

        public ValueTask<IRawTransportListener> ListenAsync(Multiaddr address, CancellationToken cancellationToken)
        {
            var accepted = Channel.CreateUnbounded<IRawConnection>();
            Assert.True(internet._listeners.TryAdd(address, accepted));
            return ValueTask.FromResult<IRawTransportListener>(new Listener(internet, address, accepted));
        }
    }

    private sealed class Listener(FakeInternet internet, Multiaddr address, Channel<IRawConnection> accepted) : IRawTransportListener
    {
        public Multiaddr Address => address;

        public async ValueTask<IRawConnection?> AcceptAsync(CancellationToken cancellationToken) =>
            await accepted.Reader.WaitToReadAsync(cancellationToken) && accepted.Reader.TryRead(out var connection) ? connection : null;

        public ValueTask DisposeAsync()
        {
            internet._listeners.TryRemove(address, out _);
            accepted.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}
