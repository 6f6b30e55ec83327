using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Tests.Conformance;

namespace IpfsKit.Libp2p.Tests.Security.Tls;

public sealed class TlsConformanceTests : SecurityConformanceTests
{
    private protected override int HandshakeBytes => 120;

    private protected override ISecurityProtocol Create(PrivateKey identity) => new TlsProtocol(identity);

    /// <summary>ALPN has <c>libp2p</c> behind the muxers, so that there is always something in common.</summary>
    [Fact]
    public async Task SecureAsync_NoMuxerInCommon_LeavesItToMultistream() => Assert.Equal((null, null), await AgreeAsync(["/a"], ["/b"]));
}
