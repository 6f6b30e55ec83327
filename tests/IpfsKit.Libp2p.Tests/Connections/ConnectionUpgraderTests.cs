using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Connections;

public sealed class ConnectionUpgraderTests : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryNetwork _network;
    private readonly PrivateKey _dialerKey = Ed25519PrivateKey.Generate();
    private readonly PrivateKey _listenerKey = Ed25519PrivateKey.Generate();
    private ConnectionPair? _pair;

    public ConnectionUpgraderTests() => _network = new InMemoryNetwork(_time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_pair is not null)
            await _pair.DisposeAsync();
    }

    [Fact]
    public async Task Upgrade_BothSidesAgree_KnowEachOtherAndWereAskedAtEachStep()
    {
        var (dialer, listener, admissions) = await UpgradeAsync(Noise(_dialerKey), Noise(_listenerKey), expected: _listenerKey.PublicKey.PeerId);
        Assert.Equal(_listenerKey.PublicKey.PeerId, dialer.Session.RemotePeer);
        Assert.Equal(_dialerKey.PublicKey.PeerId, listener.Session.RemotePeer);
        foreach (var admission in admissions)
            Assert.Equal(["connected", "secured", "upgraded"], admission.Steps);
        await ExchangeAsync(dialer, listener);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Upgrade_SeveralSecurityProtocols_TheDialersFirstCommonOneIsUsed(int ofDialer, bool proposeFirstOnly)
    {
        ISecurityProtocol[] dialers = ofDialer == 1 ? [new RenamedSecurity("/b", _dialerKey)] : [new RenamedSecurity("/b", _dialerKey), new RenamedSecurity("/a", _dialerKey)];
        ISecurityProtocol[] listeners = [new RenamedSecurity("/a", _listenerKey), new RenamedSecurity("/b", _listenerKey)];
        var (dialer, listener, _) = await UpgradeAsync(Upgrader(dialers), Upgrader(listeners), proposeFirstOnly: proposeFirstOnly);
        Assert.Equal("/b", dialer.Session.Protocol);
        Assert.Equal("/b", listener.Session.Protocol);
        await ExchangeAsync(dialer, listener);
    }

    [Fact]
    public async Task Upgrade_DialersFirstIsNotSpoken_TheNextOneIs()
    {
        var (dialer, listener, _) = await UpgradeAsync(
            Upgrader([new RenamedSecurity("/a", _dialerKey), new RenamedSecurity("/b", _dialerKey)]), Upgrader([new RenamedSecurity("/b", _listenerKey)]));
        Assert.Equal("/b", dialer.Session.Protocol);
        await ExchangeAsync(dialer, listener);
    }

    [Fact]
    public async Task Upgrade_OnlyProposalIsNotSpoken_FailsOnBothSides()
    {
        var (dialer, listener) = await StartAsync(
            Upgrader([new RenamedSecurity("/a", _dialerKey), new RenamedSecurity("/b", _dialerKey)]), Upgrader([new RenamedSecurity("/b", _listenerKey)]), proposeFirstOnly: true);
        await Assert.ThrowsAsync<NegotiationFailedException>(() => dialer);
        await Assert.ThrowsAnyAsync<Libp2pException>(() => listener);
        Assert.Equal(0, _network.ConnectionCount);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Upgrade_MuxerIsNotAgreedOnEarly_MultistreamDecides(int ofDialer)
    {
        IMuxer[] muxers = ofDialer == 1 ? [new TestMuxer("/m2")] : [new TestMuxer("/m1"), new TestMuxer("/m2")];
        var (dialer, listener, _) = await UpgradeAsync(
            Upgrader([new RenamedSecurity("/a", _dialerKey, hidesMuxers: true)], muxers),
            Upgrader([new RenamedSecurity("/a", _listenerKey, hidesMuxers: true)], [new TestMuxer("/m2"), new TestMuxer("/m3")]),
            firstSend: true);
        Assert.Equal("/m2", dialer.Muxer);
        Assert.Equal("/m2", listener.Muxer);
        await ExchangeAsync(dialer, listener, firstWasSent: true);
    }

    [Fact]
    public async Task Upgrade_NoMuxerInCommon_Fails()
    {
        var (dialer, listener) = await StartAsync(
            Upgrader([new RenamedSecurity("/a", _dialerKey, hidesMuxers: true)], [new TestMuxer("/m1"), new TestMuxer("/m2")]),
            Upgrader([new RenamedSecurity("/a", _listenerKey, hidesMuxers: true)], [new TestMuxer("/m3")]));
        var failure = await Assert.ThrowsAsync<NegotiationFailedException>(() => dialer);
        Assert.Equal(["/m1", "/m2"], failure.Offered);
        await Assert.ThrowsAnyAsync<Libp2pException>(() => listener);
        Assert.Equal(0, _network.ConnectionCount);
    }

    [Fact]
    public async Task Upgrade_SomebodyElseAnswers_IsRefusedByName()
    {
        var expected = Ed25519PrivateKey.Generate().PublicKey.PeerId;
        var (dialer, listener) = await StartAsync(Noise(_dialerKey), Noise(_listenerKey), expected);
        var failure = await Assert.ThrowsAsync<PeerIdMismatchException>(() => dialer);
        Assert.Equal(expected, failure.Expected);
        Assert.Equal(_listenerKey.PublicKey.PeerId, failure.Actual);
        await Assert.ThrowsAnyAsync<Libp2pException>(() => listener);
        Assert.Equal(0, _network.ConnectionCount);
    }

    [Theory]
    [InlineData("connected")]
    [InlineData("secured")]
    [InlineData("upgraded")]
    public async Task Upgrade_RefusedAtAStep_ClosesTheConnection(string step)
    {
        var refusing = new TestAdmission(step);
        await ConnectAsync();
        var listener = Noise(_listenerKey).UpgradeAsync(_pair!.Accepted, null, refusing, false, Token).AsTask();
        var dialer = Noise(_dialerKey).UpgradeAsync(_pair.Dialer, null, new TestAdmission(), false, Token).AsTask();
        await Assert.ThrowsAsync<ResourceLimitExceededException>(() => listener);
        Assert.Equal(step, refusing.Steps[^1]);
        if (step != "upgraded")
            Assert.DoesNotContain("upgraded", refusing.Steps);
        else
            Assert.IsType<ResourceLimitExceededException>(((TestMuxer.Connection)refusing.Upgraded!).AbortReason);
        await DialerSeesTheEndAsync(dialer);
        Assert.Equal(0, _network.ConnectionCount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\x13/multistream/1.0.0\n")]
    [InlineData("\x13/multistream/1.0.0\n\x07/noise\n")]
    [InlineData("\x13/multistream/1.0.0\n\x07/noise\n\0\x20" + "123")]
    public async Task Upgrade_OtherSideStopsSomewhere_EndsAtTheDeadline(string sent)
    {
        await ConnectAsync();
        var admission = new TestAdmission();
        var upgrade = Noise(_listenerKey).UpgradeAsync(_pair!.Accepted, null, admission, false, Token).AsTask();
        await _pair.Dialer.WriteAsync(sent.Select(c => (byte)c).ToArray(), Token);
        Assert.False(upgrade.IsCompleted);
        _time.Advance(Timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(upgrade.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var failure = await Assert.ThrowsAsync<UpgradeTimeoutException>(() => upgrade);
        Assert.Equal(Timeout, failure.Timeout);
        Assert.Equal(_pair.Accepted.RemoteAddress, failure.RemoteAddress);
        Assert.Equal(["connected"], admission.Steps);
        Assert.Equal(0, _network.ConnectionCount);
    }

    [Fact]
    public async Task Upgrade_BytesThatDrip_DoNotMoveTheDeadline()
    {
        await ConnectAsync();
        var upgrade = Noise(_listenerKey).UpgradeAsync(_pair!.Accepted, null, new TestAdmission(), false, Token).AsTask();
        foreach (var b in "\x13/multistream/1"u8.ToArray()[..14])
        {
            await _pair.Dialer.WriteAsync(new[] { b }, Token);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(upgrade.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<UpgradeTimeoutException>(() => upgrade);
    }

    [Fact]
    public async Task Upgrade_OtherSideNeverReads_EndsAtTheDeadline()
    {
        await ConnectAsync();
        var upgrade = new ConnectionUpgrader([new FloodingSecurity()], [new TestMuxer("/m1")], null, Timeout, _time)
            .UpgradeAsync(_pair!.Dialer, null, new TestAdmission(), false, Token).AsTask();
        Assert.False(upgrade.IsCompleted);
        _time.Advance(Timeout);
        await Assert.ThrowsAsync<UpgradeTimeoutException>(() => upgrade);
    }

    [Fact]
    public async Task Upgrade_ALayerThatCannotBeCancelled_EndsAtTheDeadlineToo()
    {
        await ConnectAsync();
        var upgrade = new ConnectionUpgrader([new DeafSecurity()], [new TestMuxer("/m1")], null, Timeout, _time)
            .UpgradeAsync(_pair!.Dialer, null, new TestAdmission(), false, Token).AsTask();
        _time.Advance(Timeout);
        await Assert.ThrowsAsync<UpgradeTimeoutException>(() => upgrade);
        Assert.Equal(0, _network.ConnectionCount);
    }

    [Fact]
    public async Task Upgrade_Cancelled_ThrowsThatAndClosesTheConnection()
    {
        await ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var upgrade = Noise(_listenerKey).UpgradeAsync(_pair!.Accepted, null, new TestAdmission(), false, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upgrade);
        await Assert.ThrowsAsync<ConnectionClosedException>(() => _pair.Dialer.ReadAsync(new byte[1], Token).AsTask());
    }

    [Fact]
    public async Task Upgrade_ConnectionIsLost_Fails()
    {
        await ConnectAsync();
        var upgrade = Noise(_listenerKey).UpgradeAsync(_pair!.Accepted, null, new TestAdmission(), false, Token).AsTask();
        _network.Reset();
        await Assert.ThrowsAnyAsync<Libp2pException>(() => upgrade);
    }

    [Fact]
    public async Task Upgrade_HandshakeNamesAMuxerThatWasNotOffered_Fails()
    {
        var (dialer, listener) = await StartAsync(
            Upgrader([new RenamedSecurity("/a", _dialerKey, muxer: "/other")]), Upgrader([new RenamedSecurity("/a", _listenerKey)]));
        var failure = await Assert.ThrowsAsync<SecurityHandshakeException>(() => dialer);
        Assert.Contains("'/other'", failure.Message, StringComparison.Ordinal);
        await listener.ContinueWith(_ => { }, Token, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    [Fact]
    public async Task Upgrade_PrivateNetwork_ComesBeforeEverythingElse()
    {
        await ConnectAsync();
        var protector = new InvertingProtector();
        var dialer = new ConnectionUpgrader([new NoiseProtocol(_dialerKey)], [new TestMuxer("/m1")], protector, Timeout, _time)
            .UpgradeAsync(_pair!.Dialer, null, new TestAdmission(), false, Token).AsTask();
        var first = await _pair.Accepted.ReadExactlyAsync(20);
        Assert.Equal("\x13/multistream/1.0.0\n"u8.ToArray(), first.Select(b => (byte)~b).ToArray());
        _pair.Accepted.Abort();
        await Assert.ThrowsAnyAsync<Libp2pException>(() => dialer);
    }

    private static async Task DialerSeesTheEndAsync(Task<IMuxedConnection> dialer)
    {
        // The dialer may have everything it needs before the other side refuses.
        try
        {
            var connection = (TestMuxer.Connection)await dialer;
            await Assert.ThrowsAsync<ConnectionClosedException>(async () => await connection.Channel.ReadAsync(Token));
            await connection.DisposeAsync();
        }
        catch (Libp2pException)
        {
        }
    }

    private static async Task ExchangeAsync(TestMuxer.Connection dialer, TestMuxer.Connection listener, bool firstWasSent = false)
    {
        if (!firstWasSent)
            await dialer.Channel.SendPlainAsync("from the dialer"u8.ToArray(), Token);
        Assert.Equal("from the dialer"u8.ToArray(), (await listener.Channel.ReadAsync(Token)).ToArray());
        await listener.Channel.SendPlainAsync("from the listener"u8.ToArray(), Token);
        Assert.Equal("from the listener"u8.ToArray(), (await dialer.Channel.ReadAsync(Token)).ToArray());
        await dialer.DisposeAsync();
        await listener.DisposeAsync();
    }

    private async Task ConnectAsync() => _pair = await ConnectionPair.ConnectAsync(_network.CreateTransport(), Multiaddr.Parse("/memory/0"));

    private async Task<(Task<IMuxedConnection> Dialer, Task<IMuxedConnection> Listener)> StartAsync(
        ConnectionUpgrader dialer, ConnectionUpgrader listener, PeerId? expected = null, bool proposeFirstOnly = false, TestAdmission[]? admissions = null)
    {
        await ConnectAsync();
        return (
            dialer.UpgradeAsync(_pair!.Dialer, expected, admissions?[0] ?? new TestAdmission(), proposeFirstOnly, Token).AsTask(),
            listener.UpgradeAsync(_pair.Accepted, null, admissions?[1] ?? new TestAdmission(), false, Token).AsTask());
    }

    private async Task<(TestMuxer.Connection Dialer, TestMuxer.Connection Listener, TestAdmission[] Admissions)> UpgradeAsync(
        ConnectionUpgrader dialer, ConnectionUpgrader listener, PeerId? expected = null, bool proposeFirstOnly = false, bool firstSend = false)
    {
        var admissions = new[] { new TestAdmission(), new TestAdmission() };
        var (dial, accept) = await StartAsync(dialer, listener, expected, proposeFirstOnly, admissions);
        var dialled = (TestMuxer.Connection)await dial;
        // An optimistic proposal goes with the first frames, and the other side waits for it.
        if (firstSend)
            await dialled.Channel.SendPlainAsync("from the dialer"u8.ToArray(), Token);
        return (dialled, (TestMuxer.Connection)await accept, admissions);
    }

    private ConnectionUpgrader Noise(PrivateKey key) => Upgrader([new NoiseProtocol(key)]);

    private ConnectionUpgrader Upgrader(ISecurityProtocol[] security, IMuxer[]? muxers = null) => new(security, muxers ?? [new TestMuxer("/m1")], null, Timeout, _time);

    /// <summary>Noise under another name, and with or without muxers in its handshake.</summary>
    private sealed class RenamedSecurity(string id, PrivateKey key, bool hidesMuxers = false, string? muxer = null) : ISecurityProtocol
    {
        public string Id => id;

        public async ValueTask<ISecureChannel> SecureAsync(IRawConnection connection, PeerId? expectedPeer, IReadOnlyList<string> muxers, IMemoryBudget memory, CancellationToken cancellationToken)
        {
            using var noise = new NoiseProtocol(key);
            var channel = await noise.SecureAsync(connection, expectedPeer, hidesMuxers ? [] : muxers, memory, cancellationToken);
            return new RenamedChannel(channel, channel.Session with { Protocol = id, Muxer = muxer ?? channel.Session.Muxer });
        }
    }

    private sealed class RenamedChannel(ISecureChannel channel, SecureSession session) : ISecureChannel
    {
        public SecureSession Session => session;

        public IFrameSealer Sealer => channel.Sealer;

        public ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken) => channel.ReadAsync(cancellationToken);

        public ValueTask SendAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken) => channel.SendAsync(frames, cancellationToken);

        public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => channel.CompleteWritesAsync(cancellationToken);

        public void Abort() => channel.Abort();

        public ValueTask DisposeAsync() => channel.DisposeAsync();
    }

    /// <summary>Writes until the other side takes no more.</summary>
    private sealed class FloodingSecurity : ISecurityProtocol
    {
        public string Id => "/flood";

        public async ValueTask<ISecureChannel> SecureAsync(IRawConnection connection, PeerId? expectedPeer, IReadOnlyList<string> muxers, IMemoryBudget memory, CancellationToken cancellationToken)
        {
            while (true)
                await connection.WriteAsync(new byte[1 << 20], cancellationToken);
        }
    }

    /// <summary>Reads without the token.</summary>
    private sealed class DeafSecurity : ISecurityProtocol
    {
        public string Id => "/deaf";

        public async ValueTask<ISecureChannel> SecureAsync(IRawConnection connection, PeerId? expectedPeer, IReadOnlyList<string> muxers, IMemoryBudget memory, CancellationToken cancellationToken)
        {
            await connection.ReadAsync(new byte[1], CancellationToken.None);
            throw new InvalidOperationException("Nothing comes in this test.");
        }
    }

    private sealed class InvertingProtector : IConnectionProtector
    {
        public ValueTask<IRawConnection> ProtectAsync(IRawConnection connection, CancellationToken cancellationToken) => ValueTask.FromResult<IRawConnection>(new Inverted(connection));

        private sealed class Inverted(IRawConnection connection) : IRawConnection
        {
            public Multiaddr LocalAddress => connection.LocalAddress;

            public Multiaddr RemoteAddress => connection.RemoteAddress;

            public ConnectionDirection Direction => connection.Direction;

            public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => connection.ReadAsync(buffer, cancellationToken);

            public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken) =>
                connection.WriteAsync(buffer.ToArray().Select(b => (byte)~b).ToArray(), cancellationToken);

            public ValueTask CompleteWritesAsync(CancellationToken cancellationToken) => connection.CompleteWritesAsync(cancellationToken);

            public void Abort() => connection.Abort();

            public ValueTask DisposeAsync() => connection.DisposeAsync();
        }
    }
}
