using System.Collections.Concurrent;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using static IpfsKit.Bitswap.Tests.Server.ServerRig;

namespace IpfsKit.Bitswap.Tests.Server;

/// <summary>All that can happen at once.</summary>
public sealed class BitswapServerStressTests
{
    private const int PeerCount = 8;
    private const int Window = 64;

    [Fact]
    public async Task Wants_SaidAgainAsSoonAsTheyAreAnswered_AreAllAnswered()
    {
        var total = Soak.Count(2_000, 200_000);
        await using var rig = new ServerRig();
        var cids = await rig.AddAsync(1, Window, 2000);
        var got = new ConcurrentDictionary<PeerId, int>();
        var left = PeerCount;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Peers.OnSent = message =>
        {
            if (message.Blocks.Count == 0)
                return;
            var all = got.AddOrUpdate(message.Peer, message.Blocks.Count, (_, before) => before + message.Blocks.Count);
            if (all < total)
                rig.WantBlocks(message.Peer, message.Blocks.Select(block => block.Cid));
            else if (all - message.Blocks.Count < total && Interlocked.Decrement(ref left) == 0)
                done.SetResult();
        };
        for (var seed = 1; seed <= PeerCount; seed++)
            rig.WantBlocks(rig.Peers.Join(seed), cids);
        await done.Task.WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        await rig.SettleAsync();
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task PeersThatDoEverythingAtOnce_LeaveNothing()
    {
        await using var rig = new ServerRig(options => (options.MaxWantsPerPeer, options.EgressBytesPerSecond) = (100, 50 << 20));
        var here = await rig.AddAsync(1, 100, 3000);
        Cid[] known = [.. here, .. BitswapServerBoundsTests.Absent(100)];
        await Task.WhenAll(Enumerable.Range(1, PeerCount).Select(seed => Task.Run(
            async () =>
            {
                var random = new Random(seed);
                for (var step = 0; step < Soak.Count(500, 20_000); step++)
                {
                    var peer = rig.Peers.Join(seed);
                    var some = known.OrderBy(_ => random.Next()).Take(random.Next(1, 50)).ToArray();
                    switch (random.Next(8))
                    {
                        case 0:
                            rig.Want(peer, [.. some.Select(cid => Cancel(cid))]);
                            break;
                        case 1:
                            rig.Server.OnWantlist(peer, [.. some.Select(cid => Block(cid, random.Next(5)))], isFull: true);
                            break;
                        case 2:
                            rig.Want(peer, [.. some.Select(cid => Have(cid, random.Next(5), random.Next(2) == 0))]);
                            break;
                        case 3:
                            rig.Server.NotifyNewBlocks(some);
                            break;
                        case 4:
                            await rig.Store.DeleteAsync(here[random.Next(here.Length)]);
                            await rig.AddAsync(1, 50, 3000);
                            break;
                        case 5:
                            rig.Time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 20)));
                            break;
                        case 6 when random.Next(10) == 0:
                            rig.Peers.Leave(peer);
                            break;
                        default:
                            rig.Want(peer, [.. some.Select(cid => Block(cid, random.Next(5)))]);
                            break;
                    }
                }
            },
            TestContext.Current.CancellationToken)));
        await rig.PassAsync(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));
        Assert.InRange(rig.Server.Engine.WantCount, 0, PeerCount * 100);
        foreach (var peer in rig.Peers.Peers)
            rig.Peers.Leave(peer.Id);
        await rig.DrainAsync();
        rig.AssertNothingLeft();
    }
}
