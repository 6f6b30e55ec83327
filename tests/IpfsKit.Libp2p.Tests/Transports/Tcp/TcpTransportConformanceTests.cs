using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Transports.Tcp;

public sealed class TcpTransportConformanceTests : TransportConformanceTests
{
    private protected override IRawTransport Transport { get; } = new TcpTransport(new TcpOptions(), TimeProvider.System);

    private protected override Multiaddr ListenAddress => Multiaddr.Parse("/ip4/127.0.0.1/tcp/0");
}

public sealed class TcpOverIp6ConformanceTests : TransportConformanceTests
{
    private protected override IRawTransport Transport { get; } = new TcpTransport(new TcpOptions(), TimeProvider.System);

    private protected override Multiaddr ListenAddress => Multiaddr.Parse("/ip6/::1/tcp/0");
}
