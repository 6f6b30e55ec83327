using System.Text;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Muxing.Yamux;
using IpfsKit.Libp2p.Tests.Hostile;
using IpfsKit.TestKit;

namespace IpfsKit.Libp2p.Tests.Hosting;

/// <summary>Connections that end while somebody wants a stream: the host finds another way.</summary>
public sealed class ClosingConnectionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NewStream_PeerSaidThatItLeaves_UsesANewConnection()
    {
        await using var scene = await HostileScene.StartAsync();
        using var key = PrivateKey.Generate();
        await using var leaving = new FrameAttacker(await scene.SecureAsync(key: key));
        await leaving.FloodAsync(1, _ => [new YamuxHeader(YamuxFrameType.GoAway, YamuxFlags.None, 0, (uint)YamuxGoAwayCode.Normal)]);
        await Eventually.TrueAsync(
            "the host knows that the peer leaves",
            () => Task.FromResult(scene.Victim.Host.Parts.Swarm.Get(key.PublicKey.PeerId) is [{ IsClosing: true }]),
            HostileScene.Patience,
            Cancellation);

        await AssertServedByTwinAsync(scene, key);

        // The other one was left to itself.
        Assert.Contains(scene.Victim.Host.Parts.Swarm.Get(key.PublicKey.PeerId), session => session.IsClosing);
    }

    [Fact]
    public async Task NewStream_ConnectionEndsWhileTheProtocolIsAgreedOn_UsesANewConnection()
    {
        await using var scene = await HostileScene.StartAsync();
        using var key = PrivateKey.Generate();
        await using var leaving = await scene.MultiplexAsync(key: key);
        await Eventually.TrueAsync("the peer is connected", () => Task.FromResult(scene.Victim.Host.IsConnected(key.PublicKey.PeerId)), HostileScene.Patience, Cancellation);

        var aborting = AbortAtTheFirstProposalAsync(leaving, "/none/1");
        await AssertServedByTwinAsync(scene, key);

        await aborting.WaitAsync(HostileScene.Patience, Cancellation);
    }

    /// <summary>The same peer, where it can be dialled, serves what is asked.</summary>
    private static async Task AssertServedByTwinAsync(HostileScene scene, PrivateKey key)
    {
        await using var twin = await TestHost.StartAsync(scene.Network, key: key);
        HostTests.SetEcho(twin);
        scene.Victim.Host.PeerStore.AddAddresses(twin.PeerId, twin.Info.Addresses, TimeSpan.FromHours(1));
        await using var stream = await scene.Victim.Host.NewStreamAsync(twin.PeerId, ["/none/1", "/echo/1.0.0"], Cancellation).WaitAsync(HostileScene.Patience, Cancellation);
        await stream.WriteAsync("hello"u8.ToArray(), Cancellation);
        var answer = new byte[5];
        await stream.ReadExactlyAsync(answer, Cancellation);
        Assert.Equal("hello"u8, answer);
    }

    private static async Task AbortAtTheFirstProposalAsync(IMuxedConnection connection, string protocol)
    {
        // The host asks who is there first.
        while (await connection.AcceptStreamAsync(Cancellation) is { } stream)
        {
            var proposal = new byte[256];
            var read = await stream.ReadAsync(proposal, Cancellation);
            if (!Encoding.Latin1.GetString(proposal, 0, read).Contains(protocol, StringComparison.Ordinal))
                continue;
            connection.Abort();
            return;
        }
    }
}
