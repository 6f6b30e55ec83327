using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Dialing;
using IpfsKit.Libp2p.Dns;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Libp2p.Resources;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Puts a host together. Each part knows those above it only.</summary>
internal sealed class HostParts
{
    public HostParts(HostServices services)
    {
        var (options, time, instruments, loggers) = (services.Options, services.TimeProvider, services.Instruments, services.Loggers);
        var self = services.Key.PublicKey.PeerId;
        CheckPrivateNetwork(services);
        var marks = WaterMarks.Of(options.Role, options.Connections);

        Resources = new ResourceManager(
            DefaultLimits.For(options.Resources, services.Machine, marks.High, options.Dialing.MaxConcurrentDials),
            new AddressLimiter(
                new(options.Resources.ConnectionsPerIPv4, options.Resources.ConnectionsPerIPv6Prefix56, options.Resources.ConnectionsPerIPv6Prefix48),
                [.. options.Resources.TrustedNetworks.Select(text => IpNetwork.TryParse(text, out var network) ? network : throw new FormatException($"'{text}' is no network."))]),
            instruments);
        Peers = new PeerStore(options.Peers, time);
        Addresses = new AddressManager(options.Addresses, services.Interfaces, time);
        Handlers = new HandlerTable();
        Swarm = new Swarm(loggers.CreateLogger<Swarm>());
        Connections = new ConnectionManager(Swarm, marks, options.Connections.SilencePeriod, time, instruments, loggers.CreateLogger<ConnectionManager>());
        Router = new StreamRouter(Handlers, Resources, options.Streams, time, instruments, loggers.CreateLogger<StreamRouter>());
        var opener = new StreamOpener(Resources, Handlers, Peers, options.Streams, time, instruments);
        var upgrader = new ConnectionUpgrader(services.SecurityProtocols, services.Muxers, services.Protector, options.UpgradeTimeout, time);
        Sessions = new SessionFactory(self, upgrader, services.Gater, Swarm, opener, Router, time, instruments, loggers.CreateLogger<SessionFactory>());
        Listeners = new ListenerSet(services.Transports, Sessions, Resources, Addresses, time, loggers.CreateLogger<ListenerSet>());
        AddressDialer = new AddressDialer(services.Transports, Sessions, Resources, options.Dialing, time, instruments);
        Dialer = new Dialer(self, Swarm, AddressDialer, Peers, new AddressResolver(services.Dns, options.Dns, time), Addresses, services.Gater, options.Dialing, time, loggers.CreateLogger<Dialer>());

        Peers.IsProtected = peer => Connections.IsProtected(peer);
        instruments.ObservePeers(() => Peers.Count);
    }

    public ResourceManager Resources { get; }

    public PeerStore Peers { get; }

    public AddressManager Addresses { get; }

    public HandlerTable Handlers { get; }

    public Swarm Swarm { get; }

    public ConnectionManager Connections { get; }

    public StreamRouter Router { get; }

    public SessionFactory Sessions { get; }

    public ListenerSet Listeners { get; }

    public AddressDialer AddressDialer { get; }

    public Dialer Dialer { get; }

    // Better no host than one that says in the open what was meant for a private network.
    private static void CheckPrivateNetwork(HostServices services)
    {
        if (services.Protector is not null && services.Transports.FirstOrDefault(transport => transport.SecuresItself) is { } transport)
            throw new InvalidOperationException($"{transport.GetType().Name} secures its connections itself, so that they cannot be ones of a private network: the host takes either the transport or the network's key.");
    }
}
