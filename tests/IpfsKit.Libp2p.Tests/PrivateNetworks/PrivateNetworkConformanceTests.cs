using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Tests.Security.Noise;
using IpfsKit.Libp2p.Tests.Security.Tls;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.PrivateNetworks;

/// <summary>Noise in a private network.</summary>
public sealed class PrivateNetworkNoiseConformanceTests : NoiseConformanceTests
{
    private protected override ISecurityProtocol Create(PrivateKey identity) => new PrivateNetworkSecurity(new NoiseProtocol(identity));
}

/// <summary>TLS in a private network.</summary>
public sealed class PrivateNetworkTlsConformanceTests : TlsConformanceTests
{
    private protected override ISecurityProtocol Create(PrivateKey identity) => new PrivateNetworkSecurity(new TlsProtocol(identity));
}

/// <summary>The connections of a private network are connections like others.</summary>
public sealed class PrivateNetworkTransportConformanceTests : TransportConformanceTests
{
    private protected override IRawTransport Transport { get; } = new PrivateNetworkTransport(new TcpTransport(new TcpOptions(), TimeProvider.System));

    private protected override Multiaddr ListenAddress => Multiaddr.Parse("/ip4/127.0.0.1/tcp/0");
}
