using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Tests.TestDoubles;

namespace IpfsKit.Libp2p.Tests.Security.Tls;

public class TlsConformanceTests : SecurityConformanceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected override int HandshakeBytes => 120;

    private protected override ISecurityProtocol Create(PrivateKey identity) => new TlsProtocol(identity);

    /// <summary>ALPN has <c>libp2p</c> behind the muxers, so that there is always something in common.</summary>
    [Fact]
    public async Task SecureAsync_NoMuxerInCommon_LeavesItToMultistream() => Assert.Equal((null, null), await AgreeAsync(["/a"], ["/b"]));

    /// <summary>Whoever is on the way can end a connection between two records; the peer's own end is announced in one.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Channel_CutBetweenFrames_IsNoEnd(bool cutsBeforeTheRead)
    {
        await using var pair = await ConnectAsync();
        await pair.Dialer.SendPlainAsync("all of it"u8.ToArray(), Token);
        Assert.Equal("all of it"u8.ToArray(), await pair.Listener.ReadPlainAsync(Token, 9));
        var reading = cutsBeforeTheRead ? null : pair.Listener.ReadAsync(Token).AsTask();
        await pair.DialerRaw.CompleteWritesAsync(Token);

        var failure = await Assert.ThrowsAsync<ConnectionClosedException>(() => reading ?? pair.Listener.ReadAsync(Token).AsTask());
        Assert.Contains("close_notify", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => pair.Listener.ReadAsync(Token).AsTask());
        await Assert.ThrowsAsync<ConnectionClosedException>(() => pair.Dialer.ReadAsync(Token).AsTask());
    }

    [Fact]
    public async Task Channel_CutBehindTheEnd_IsTheEnd()
    {
        await using var pair = await ConnectAsync();
        await pair.Dialer.SendPlainAsync("all of it"u8.ToArray(), Token);
        await pair.Dialer.CompleteWritesAsync(Token);

        Assert.Equal("all of it"u8.ToArray(), await pair.Listener.ReadPlainAsync(Token));
        Assert.True((await pair.Listener.ReadAsync(Token)).IsEmpty);
        Assert.True((await pair.Listener.ReadAsync(Token)).IsEmpty);
    }
}
