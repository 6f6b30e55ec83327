using System.Text;
using CsCheck;
using IpfsKit.Libp2p.Connections;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Muxing;
using IpfsKit.Libp2p.Security.Noise;
using IpfsKit.Libp2p.Security.Tls;
using IpfsKit.Libp2p.Tests.Conformance;
using IpfsKit.Libp2p.Tests.TestDoubles;
using IpfsKit.Libp2p.Transports;
using IpfsKit.Libp2p.Transports.Tcp;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Libp2p.Tests.Connections;

/// <summary>Peers that open connections and do nothing useful with them: what they cost, and that nothing of it stays.</summary>
[Collection(nameof(Alone))]
public sealed class HostileUpgradeTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);
    private static readonly string[] Beginnings = ["", "\x13", "\x13/multistream/1.0.0\n", "\x13/multistream/1.0.0\n\x07/noise\n", "\x13/multistream/1.0.0\n\x07/noise\n\0\x20abc"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HalfOpenDials_10000InMemory_EndAtTheDeadlineAndLeaveNothing()
    {
        var time = new FakeTimeProvider();
        var network = new InMemoryNetwork();
        await HoldAndReleaseAsync(network.CreateTransport(), Multiaddr.Parse("/memory/0"), time, 10_000);
        Assert.Equal(0, network.ConnectionCount);
    }

    [Fact]
    public async Task HalfOpenDials_ManyOverTcp_EndAtTheDeadlineAndLeaveNothing()
    {
        // Both ends are in this process, and each takes a descriptor of those that it may have.
        var time = new FakeTimeProvider();
        var count = Soak.Count(2_000, 8_000);
        var before = Descriptors();
        await HoldAndReleaseAsync(new TcpTransport(new TcpOptions { AcceptBacklog = 4096 }, TimeProvider.System), Multiaddr.Parse("/ip4/127.0.0.1/tcp/0"), time, count);
        await Eventually.TrueAsync("the descriptors of the attack are closed", () => Task.FromResult(Descriptors() < before + 100), TimeSpan.FromSeconds(10), Token);
    }

    [Theory]
    [InlineData("noise")]
    [InlineData("tls")]
    public async Task Upgrade_AnyBytes_EndsInATypedFailure(string security)
    {
        using var key = Ed25519PrivateKey.Generate();
        var upgrader = new ConnectionUpgrader([security == "noise" ? new NoiseProtocol(key) : new TlsProtocol(key)], [new TestMuxer("/m1")], null, Timeout, TimeProvider.System);
        var id = security == "noise" ? "\x07/noise\n" : "\x0b/tls/1.0.0\n";
        var valid = Encoding.Latin1.GetBytes("\x13/multistream/1.0.0\n" + id);
        await Gen.Select(Gen.Int[0, valid.Length], Gen.Byte.Array[0, 300], Gen.Bool, Gen.Bool).SampleAsync(
            async (kept, noise, isDialer, ends) =>
            {
                await using var pair = await ConnectionPair.ConnectAsync(new InMemoryNetwork().CreateTransport(), Multiaddr.Parse("/memory/0"));
                var (attacker, victim) = pair.Ends(fromDialer: !isDialer);
                var upgrade = upgrader.UpgradeAsync(victim, null, new TestAdmission(), false, Token).AsTask();
                await WriteAsync(attacker, [.. valid.AsSpan(0, kept), .. noise]);
                if (ends)
                    await attacker.CompleteWritesAsync(Token);
                else
                    attacker.Abort();
                await Assert.ThrowsAnyAsync<Libp2pException>(() => upgrade);
            },
            iter: Soak.Count(200, 20_000));

        static async Task WriteAsync(IRawConnection connection, byte[] bytes)
        {
            try
            {
                await connection.WriteAsync(bytes, Token);
            }
            catch (ConnectionClosedException)
            {
                // It has seen enough already.
            }
        }
    }

    private static async Task HoldAndReleaseAsync(IRawTransport transport, Multiaddr address, FakeTimeProvider time, int count)
    {
        using var key = Ed25519PrivateKey.Generate();
        using var noise = new NoiseProtocol(key);
        var upgrader = new ConnectionUpgrader([noise], [new TestMuxer("/m1")], null, Timeout, time);
        await using var listener = await transport.ListenAsync(address, Token);
        await HonestAsync(transport, listener, upgrader);
        var baseline = GC.GetTotalMemory(forceFullCollection: true);

        var attackers = new List<IRawConnection>(count);
        var victims = new List<Task<IMuxedConnection>>(count);
        for (var i = 0; i < count; i++)
        {
            var attacker = await transport.DialAsync(listener.Address, Token);
            attackers.Add(attacker);
            var accepted = await listener.AcceptAsync(Token);
            victims.Add(upgrader.UpgradeAsync(accepted!, null, new TestAdmission(), false, Token).AsTask());
            await attacker.WriteAsync(Encoding.Latin1.GetBytes(Beginnings[i % Beginnings.Length]), Token);
        }

        // An honest peer gets through while all of them are there: the clock stands still.
        await HonestAsync(transport, listener, upgrader);
        Assert.DoesNotContain(victims, victim => victim.IsCompleted);
        var held = (GC.GetTotalMemory(forceFullCollection: true) - baseline) / count;
        TestContext.Current.TestOutputHelper?.WriteLine($"{held} bytes for both ends of a half-open connection");
        Assert.InRange(held, 0, 32 << 10);

        time.Advance(Timeout);
        foreach (var victim in victims)
            await Assert.ThrowsAsync<UpgradeTimeoutException>(() => victim);
        foreach (var attacker in attackers)
            await attacker.DisposeAsync();
        victims = null!;
        attackers = null!;
        await HonestAsync(transport, listener, upgrader);
        var left = GC.GetTotalMemory(forceFullCollection: true) - baseline;
        Assert.True(left < (4 << 20) + (count * 128L), $"{left} bytes of the attack are left.");
    }

    private static async Task HonestAsync(IRawTransport transport, IRawTransportListener listener, ConnectionUpgrader upgrader)
    {
        await using var pair = await ConnectionPair.ConnectAsync(transport, listener);
        var accepted = upgrader.UpgradeAsync(pair.Accepted, null, new TestAdmission(), false, Token).AsTask();
        await using var dialer = await upgrader.UpgradeAsync(pair.Dialer, null, new TestAdmission(), false, Token);
        await using var listenerSide = await accepted;
        Assert.Equal(dialer.Session.RemotePeer, listenerSide.Session.RemotePeer);
    }

    private static int Descriptors() => Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0;
}
