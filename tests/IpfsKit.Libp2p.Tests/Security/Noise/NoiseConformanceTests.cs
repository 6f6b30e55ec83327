using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Tests.Conformance;

namespace IpfsKit.Libp2p.Tests.Security.Noise;

public class NoiseConformanceTests : SecurityConformanceTests
{
    private protected override int HandshakeBytes => 34;

    private protected override ISecurityProtocol Create(PrivateKey identity) => new NoiseProtocol(identity);

    [Fact]
    public async Task SecureAsync_SeveralMuxersInCommon_TakesTheFirstOfTheInitiator() =>
        Assert.Equal(("/b", "/b"), await AgreeAsync(["/a", "/b", "/c"], ["/c", "/b"]));

    [Fact]
    public async Task SecureAsync_NoMuxerInCommon_FailsOnBothSides() =>
        Assert.Contains("speaks none of /a", (await Assert.ThrowsAsync<SecurityHandshakeException>(() => AgreeAsync(["/a"], ["/b"]))).Message, StringComparison.Ordinal);
}
