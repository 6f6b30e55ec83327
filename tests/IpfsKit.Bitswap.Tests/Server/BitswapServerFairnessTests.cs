using IpfsKit.Multiformats;

namespace IpfsKit.Bitswap.Tests.Server;

/// <summary>Who gets how much of what there is, on a time that stands still but for the test.</summary>
public sealed class BitswapServerFairnessTests
{
    private const int KiB = 1 << 10;
    private const int MiB = 1 << 20;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Egress_IsHeldToTheRate()
    {
        await using var rig = new ServerRig(options => options.EgressBytesPerSecond = 10 * MiB);
        rig.WantBlocks(rig.Peers.Join(1), await rig.AddAsync(1, 400, 100 * KiB));
        await rig.SettleAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(2), Tick);
        Assert.InRange(rig.Server.BytesSent, 19 * MiB, 21 * MiB);
    }

    [Fact]
    public async Task Egress_ToOnePeer_IsHeldToItsRate_ExceptForTheCluster()
    {
        var sibling = FakePeers.Id(3);
        await using var rig = new ServerRig(
            options => options.EgressBytesPerSecondPerPeer = 4 * MiB,
            new ServePolicyTests.Policy((_, _) => true, (peer, _) => peer == sibling ? ServiceClass.Cluster : ServiceClass.Everyone));
        var cids = await rig.AddAsync(1, 400, 100 * KiB);
        PeerId[] strangers = [rig.Peers.Join(1), rig.Peers.Join(2)];
        foreach (var peer in strangers.Append(rig.Peers.Join(3)))
            rig.WantBlocks(peer, cids);
        await rig.SettleAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(2), Tick);
        Assert.All(strangers, peer => Assert.InRange(rig.Peers.SentTo(peer).Sum(message => message.Bytes), 7 * MiB, 9 * MiB));
        Assert.Equal(400, rig.Peers.BlocksTo(sibling).Count);
    }

    [Theory]
    [InlineData(256 * KiB)]
    [InlineData(2048 * KiB)]
    public async Task Newcomer_BesideABusyPeer_GetsItsFirstBlockWithin40Ms(int newcomersBlock)
    {
        await using var rig = new ServerRig(options => options.EgressBytesPerSecond = 50 * MiB);
        var busy = rig.Peers.Join(1);
        var cids = await rig.AddAsync(1, 1024, 256 * KiB);
        rig.WantBlocks(busy, cids, priority: int.MaxValue);
        await rig.SettleAsync();
        await rig.PassAsync(TimeSpan.FromMilliseconds(500), Tick);
        Assert.InRange(rig.Peers.BlocksTo(busy).Count, 90, 130);
        var wanted = await rig.AddAsync(5000, 10, newcomersBlock);
        var worst = TimeSpan.Zero;
        for (var i = 0; i < 10; i++)
        {
            await rig.PassAsync(TimeSpan.FromMilliseconds(37), Tick);
            var newcomer = rig.Peers.Join(10 + i);
            var asked = rig.Time.GetTimestamp();
            rig.WantBlocks(newcomer, [wanted[i]]);
            await rig.SettleAsync();
            while (rig.Peers.SentTo(newcomer).Count == 0)
                await rig.PassAsync(Tick, Tick);
            var waited = rig.Time.GetElapsedTime(asked, rig.Peers.SentTo(newcomer)[0].At);
            worst = waited > worst ? waited : worst;
        }

        TestContext.Current.SendDiagnosticMessage($"The worst wait of a newcomer was {worst.TotalMilliseconds} ms.");
        Assert.InRange(worst, TimeSpan.Zero, TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public async Task BusyPeers_ShareEqually()
    {
        await using var rig = new ServerRig(options => options.EgressBytesPerSecond = 20 * MiB);
        var cids = await rig.AddAsync(1, 600, 64 * KiB);
        var peers = Enumerable.Range(1, 5).Select(seed => rig.Peers.Join(seed)).ToArray();
        foreach (var peer in peers)
            rig.WantBlocks(peer, cids);
        await rig.SettleAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(2), Tick);
        var shares = peers.Select(peer => rig.Peers.SentTo(peer).Sum(message => message.Bytes)).ToArray();
        Assert.All(shares, share => Assert.InRange(share, 0.9 * shares.Average(), 1.1 * shares.Average()));
    }

    [Fact]
    public async Task PeerThatWantsLittle_NeverWaitsForThoseThatWantMuch()
    {
        await using var rig = new ServerRig(options => options.EgressBytesPerSecond = 20 * MiB);
        var cids = await rig.AddAsync(1, 900, 64 * KiB);
        for (var seed = 1; seed <= 5; seed++)
            rig.WantBlocks(rig.Peers.Join(seed), cids);
        var modest = rig.Peers.Join(10);
        for (var i = 0; i < 20; i++)
        {
            rig.WantBlocks(modest, [cids[i]]);
            await rig.SettleAsync();
            await rig.PassAsync(TimeSpan.FromMilliseconds(20), Tick);
            Assert.Equal(i + 1, rig.Peers.BlocksTo(modest).Count);
        }
    }

    [Fact]
    public async Task PeersThatWantLittleOverAndOver_DoNotStarveTheOthers()
    {
        await using var rig = new ServerRig(options => options.EgressBytesPerSecond = 5 * MiB);
        var cids = await rig.AddAsync(1, 900, 64 * KiB);
        var busy = rig.Peers.Join(1);
        rig.WantBlocks(busy, cids);
        await rig.SettleAsync();
        rig.Peers.OnSending = peer =>
        {
            // Each asks for the next before it has the last, and so has the least work at every moment.
            if (peer != busy)
                ThreadPool.UnsafeQueueUserWorkItem(_ => rig.WantBlocks(peer, [cids[0], cids[1]]), null);
        };
        for (var seed = 10; seed < 30; seed++)
            rig.WantBlocks(rig.Peers.Join(seed), [cids[0]]);
        await rig.PassAsync(TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(10));
        Assert.InRange(rig.Peers.SentTo(busy).Count, 4, int.MaxValue);
        rig.Peers.OnSending = null;
    }

    [Fact]
    public async Task Classes_ShareByWeight_AndNoneIsStarved()
    {
        var classes = Enum.GetValues<ServiceClass>();
        await using var rig = new ServerRig(
            options => options.EgressBytesPerSecond = 20 * MiB,
            new ServePolicyTests.Policy((_, _) => true, (peer, _) => classes.First(each => FakePeers.Id((int)each) == peer)));
        var cids = await rig.AddAsync(1, 1000, 64 * KiB);
        foreach (var each in classes)
            rig.WantBlocks(rig.Peers.Join((int)each), cids);
        await rig.SettleAsync();
        var before = Sent();
        await rig.PassAsync(TimeSpan.FromSeconds(2), Tick);
        var sent = Sent().Zip(before, (now, then) => now - then).ToArray();
        Assert.InRange(sent[2] / (double)sent[1], 3.5, 4.5);
        Assert.InRange(sent[1] / (double)sent[0], 3.3, 4.7);

        long[] Sent() => [.. classes.Select(each => rig.Peers.SentTo(FakePeers.Id((int)each)).Sum(message => message.Bytes))];
    }

    [Fact]
    public async Task Class_ThatWasIdle_HasSavedNothingUp()
    {
        await using var rig = new ServerRig(
            options => options.EgressBytesPerSecond = 20 * MiB,
            new ServePolicyTests.Policy((_, _) => true, (peer, _) => peer == FakePeers.Id(1) ? ServiceClass.Pinned : ServiceClass.Everyone));
        var cids = await rig.AddAsync(1, 1000, 64 * KiB);
        var (pinned, everyone) = (rig.Peers.Join(1), rig.Peers.Join(2));
        rig.WantBlocks(everyone, cids);
        await rig.SettleAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(2), Tick);
        var before = rig.Peers.BlocksTo(everyone).Count;
        rig.WantBlocks(pinned, cids);
        await rig.SettleAsync();
        await rig.PassAsync(TimeSpan.FromMilliseconds(500), Tick);
        Assert.InRange(rig.Peers.BlocksTo(everyone).Count - before, 20, 50);
    }
}
