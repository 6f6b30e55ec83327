using IpfsKit.Libp2p.Addresses;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Dns;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Transports;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>What a host is made of that others choose.</summary>
internal sealed record HostServices
{
    public required Libp2pOptions Options { get; init; }

    public required PrivateKey Key { get; init; }

    public required IReadOnlyList<ITransport> Transports { get; init; }

    public required IReadOnlyList<ISecurityProtocol> SecurityProtocols { get; init; }

    public required IReadOnlyList<IMuxer> Muxers { get; init; }

    public required TimeProvider TimeProvider { get; init; }

    public required ILoggerFactory Loggers { get; init; }

    public required Libp2pInstruments Instruments { get; init; }

    public required IConnectionGater Gater { get; init; }

    public required IDnsResolver Dns { get; init; }

    public IConnectionProtector? Protector { get; init; }

    public INetworkInterfaces Interfaces { get; init; } = new MachineInterfaces();

    public MachineResources Machine { get; init; } = MachineResources.Current;
}
