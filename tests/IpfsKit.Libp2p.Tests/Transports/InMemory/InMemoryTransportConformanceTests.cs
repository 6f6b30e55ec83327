using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;

namespace IpfsKit.Libp2p.Tests.Transports.InMemory;

public sealed class InMemoryTransportConformanceTests : TransportConformanceTests
{
    private protected override IRawTransport Transport { get; } = new InMemoryNetwork().CreateTransport();

    private protected override Multiaddr ListenAddress => Multiaddr.Parse("/memory/0");
}

public sealed class SlowInMemoryTransportConformanceTests : TransportConformanceTests
{
    private protected override IRawTransport Transport { get; } = new InMemoryNetwork
    {
        Conditions = new InMemoryConditions { Latency = TimeSpan.FromMilliseconds(3), BytesPerSecond = 200 << 20, LossRate = 0.001, RetransmitDelay = TimeSpan.FromMilliseconds(5) },
    }.CreateTransport();

    private protected override Multiaddr ListenAddress => Multiaddr.Parse("/memory/0");
}
