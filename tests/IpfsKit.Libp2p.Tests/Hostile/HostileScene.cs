using IpfsKit.Libp2p.Hosting;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Negotiation;
using IpfsKit.Libp2p.Resources;
using IpfsKit.Libp2p.Security;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Tests.Hosting;
using IpfsKit.Libp2p.Tests.Muxing.Yamux;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Hostile;

/// <summary>A host whose clock the test moves, an honest peer that is connected to it, and the ways in for attackers, one for each layer.</summary>
/// <remarks>At the end of a test nothing may be left of its attackers, and of the honest peer nothing either once it has gone.</remarks>
internal sealed class HostileScene : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<IDisposable> _owned = [];

    private readonly bool _isOverTcp;

    private HostileScene(bool isOverTcp) => _isOverTcp = isOverTcp;

    public InMemoryNetwork Network { get; } = new();

    public TestHost Victim { get; private set; } = null!;

    public TestHost Honest { get; private set; } = null!;

    public FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    public ResourceUsage Usage => Victim.Host.Parts.Resources.System.Usage;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private int DescriptorsOfListeners => _isOverTcp ? 1 : 0;

    private InMemoryNetwork? NetworkOfHosts => _isOverTcp ? null : Network;

    public static async Task<HostileScene> StartAsync(Action<Libp2pOptions>? configure = null, bool isOverTcp = false)
    {
        var scene = new HostileScene(isOverTcp);
        scene.Victim = await TestHost.StartAsync(scene.NetworkOfHosts, configure, scene.Time, build: builder => builder.AddNoise());
        scene.Honest = await scene.StartAnotherAsync();
        HostTests.SetEcho(scene.Victim);
        await scene.Honest.Host.ConnectAsync(scene.Victim.Info, Cancellation);
        await scene.Honest.IdentifiedAsync(scene.Victim.PeerId);
        await scene.Victim.IdentifiedAsync(scene.Honest.PeerId);
        await scene.AssertOnlyTheHonestPeerIsLeftAsync();
        return scene;
    }

    /// <summary>A further honest host.</summary>
    public Task<TestHost> StartAnotherAsync() => TestHost.StartAsync(NetworkOfHosts, build: builder => builder.AddNoise());

    /// <summary>Bytes of any kind.</summary>
    public async Task<IRawConnection> DialAsync()
    {
        IRawTransport transport = _isOverTcp ? new TcpTransport(new TcpOptions(), TimeProvider.System) : Network.CreateTransport();
        return await transport.DialAsync(Victim.Info.Addresses[0], Cancellation);
    }

    /// <summary>A listener where an attacker waits for the host's dials.</summary>
    public async Task<IRawTransportListener> ListenAsync() => await Network.CreateTransport().ListenAsync(Multiaddr.Parse("/memory/0"), Cancellation);

    /// <summary>Bytes of any kind behind a handshake in order: frames of any kind.</summary>
    public async Task<ISecureChannel> SecureAsync(IRawConnection? raw = null, PrivateKey? key = null)
    {
        raw ??= await DialAsync();
        await MultistreamSelect.SelectAsync(new RawNegotiationChannel(raw), [NoiseProtocol.ProtocolId], Cancellation);
        var identity = key ?? Own(PrivateKey.Generate());
        return await Own(new NoiseProtocol(identity)).SecureAsync(raw, Victim.PeerId, [YamuxMuxer.ProtocolId], Cancellation);
    }

    /// <summary>Frames of an attacker, whose side of the connection is read and dropped.</summary>
    public async Task<FrameAttacker> FramesAsync() => new(await SecureAsync());

    /// <summary>Streams in order: bytes of any kind in them.</summary>
    public async Task<IMuxedConnection> MultiplexAsync(IRawConnection? raw = null, PrivateKey? key = null, TestBudget? budget = null) =>
        TestYamux.CreateMuxer().Multiplex(await SecureAsync(raw, key), budget ?? new TestBudget());

    /// <summary>Opens a stream of the host's.</summary>
    public static async Task<IMuxedStream> OpenAsync(IMuxedConnection connection, string protocol)
    {
        var stream = await connection.OpenStreamAsync(Cancellation);
        await MultistreamSelect.SelectAsync(new StreamNegotiationChannel(stream), [protocol], Cancellation);
        return stream;
    }

    /// <summary>The honest peer is served, over the connection that it has.</summary>
    public async Task AssertHonestIsServedAsync()
    {
        var text = $"honest {Guid.NewGuid()}";
        Assert.Equal(text, await HostTests.EchoAsync(Honest, Victim.PeerId, text).WaitAsync(Patience, Cancellation));
    }

    /// <summary>The honest peer is served again and again until an attack is over, and once more at least.</summary>
    public async Task ServeWhileAsync(Task attack)
    {
        do
            await AssertHonestIsServedAsync();
        while (!attack.IsCompleted);
        await attack.WaitAsync(Patience, Cancellation);
    }

    /// <summary>Moves the host's clock until something is so.</summary>
    public Task AdvanceUntilAsync(string what, Func<bool> condition) => Eventually.TrueAsync(
        what,
        () =>
        {
            if (condition())
                return Task.FromResult(true);
            Time.Advance(TimeSpan.FromMilliseconds(250));
            return Task.FromResult(condition());
        },
        Patience,
        Cancellation);

    /// <summary>What the host has is the honest peer's idle connection, and nothing else.</summary>
    public async Task AssertOnlyTheHonestPeerIsLeftAsync()
    {
        var resources = Victim.Host.Parts.Resources;
        var expected = new ResourceUsage { ConnectionsInbound = 1, Memory = 2 * YamuxSendBuffer.SmallBytes, Descriptors = DescriptorsOfListeners + (_isOverTcp ? 1 : 0) };
        await Eventually.TrueAsync(
            $"{resources.System}, {Usage} becomes {expected}",
            () => Task.FromResult(Usage == expected && resources.Transient.Usage.IsZero && resources.Peers.Count == 1 && resources.Protocols.Count == 0 && Victim.Host.Parts.Router.Running == 0),
            Patience,
            Cancellation);
        Assert.Equal(Honest.PeerId, Assert.Single(Victim.Host.Sessions).RemotePeer);
    }

    /// <summary>Ends a test: what is left, now and when the honest peer has gone.</summary>
    public async Task AssertNothingIsLeftAsync()
    {
        await AssertHonestIsServedAsync();
        await AssertOnlyTheHonestPeerIsLeftAsync();
        await Honest.Host.DisconnectAsync(Victim.PeerId, Cancellation);
        var resources = Victim.Host.Parts.Resources;
        var expected = new ResourceUsage { Descriptors = DescriptorsOfListeners };
        await Eventually.TrueAsync(
            $"{resources.System}, {Usage} becomes {expected}", () => Task.FromResult(Usage == expected && resources.Transient.Usage.IsZero && resources.Peers.Count == 0 && resources.Protocols.Count == 0), Patience, Cancellation);
        Assert.Empty(Victim.Host.Sessions);
    }

    public T Own<T>(T item)
        where T : IDisposable
    {
        lock (_owned)
            _owned.Add(item);
        return item;
    }

    public async ValueTask DisposeAsync()
    {
        await Honest.DisposeAsync();
        await Victim.DisposeAsync();
        _owned.ForEach(item => item.Dispose());
    }
}
