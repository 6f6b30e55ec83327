using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Transports.WebSockets;

public sealed class WebSocketConformanceTests : TransportConformanceTests
{
    private protected override IRawTransport Transport { get; } = TestWebSockets.Create();

    private protected override Multiaddr ListenAddress => Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/ws");
}

public sealed class SecureWebSocketConformanceTests : TransportConformanceTests
{
    private protected override IRawTransport Transport { get; } = TestWebSockets.Create();

    private protected override Multiaddr ListenAddress => Multiaddr.Parse("/ip4/127.0.0.1/tcp/0/tls/ws");
}

public sealed class WssConformanceTests : TransportConformanceTests
{
    private protected override IRawTransport Transport { get; } = TestWebSockets.Create();

    private protected override Multiaddr ListenAddress => Multiaddr.Parse("/ip6/::1/tcp/0/wss");
}
