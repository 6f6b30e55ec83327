using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Tests.TestDoubles;

namespace IpfsKit.Libp2p.Tests.Muxing.Yamux;

/// <summary>Yamux over the channels that it has in use. The connection below gives each test a way to cut it.</summary>
public abstract class YamuxSecureConformanceTests : StreamMuxerConformanceTests, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly PrivateKey _key = PrivateKey.Generate();
    private ISecurityProtocol? _security;
    private SecurePair? _channels;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>An end of the connection that neither the channel nor the muxer has announced is never the end of a stream: what came before it can be read, and then reading fails.</summary>
    [Fact]
    public async Task Connection_Cut_IsNoEndOfItsStreams()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        await ours.WriteAsync(new byte[1000], Cancel);
        Assert.Equal(0, await theirs.ReadAsync(Memory<byte>.Empty, Cancel));
        await _channels!.DialerRaw.CompleteWritesAsync(Cancel);

        Assert.NotNull(await pair.Listener.Closed.WaitAsync(Patience, Cancel));
        await Assert.ThrowsAsync<ConnectionClosedException>(() => theirs.ReadToEndAndFailAsync(Cancel));
    }

    /// <summary>What is announced is: a stream that has ended in order can be read to its end.</summary>
    [Fact]
    public async Task Connection_CutBehindTheEndOfAStream_LeavesTheStreamWhole()
    {
        await using var pair = await CreatePairAsync();
        var (ours, theirs) = await pair.OpenAsync(Cancel);
        await theirs.CompleteWritesAsync(Cancel);
        await ours.WriteAsync(new byte[1000], Cancel);
        await ours.CompleteWritesAsync(Cancel);
        await ExpectStreamsAsync(pair, 0);
        await _channels!.DialerRaw.CompleteWritesAsync(Cancel);

        await pair.Listener.Closed.WaitAsync(Patience, Cancel);
        Assert.Equal(1000, (await theirs.ReadToEndAsync(Cancel)).Length);
    }

    public void Dispose()
    {
        (_security as IDisposable)?.Dispose();
        _key.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract ISecurityProtocol CreateSecurity(PrivateKey identity);

    private protected override IMuxer CreateMuxer() => TestYamux.CreateMuxer();

    private protected override async ValueTask<(ISecureChannel Dialer, ISecureChannel Listener)> CreateChannelsAsync()
    {
        _security ??= CreateSecurity(_key);
        _channels = await SecurePair.CreateAsync(_security, _security);
        return (_channels.Dialer, _channels.Listener);
    }
}

public sealed class YamuxNoiseConformanceTests : YamuxSecureConformanceTests
{
    private protected override ISecurityProtocol CreateSecurity(PrivateKey identity) => new NoiseProtocol(identity);
}

public sealed class YamuxTlsConformanceTests : YamuxSecureConformanceTests
{
    private protected override ISecurityProtocol CreateSecurity(PrivateKey identity) => new TlsProtocol(identity);
}
