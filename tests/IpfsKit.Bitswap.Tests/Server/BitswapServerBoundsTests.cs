using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using static IpfsKit.Bitswap.Tests.Server.ServerRig;

namespace IpfsKit.Bitswap.Tests.Server;

/// <summary>What a peer can make the server hold, and that it lets go of it.</summary>
public sealed class BitswapServerBoundsTests
{
    [Fact]
    public async Task Overflow_OfGreaterPriority_EvictsTheLowest()
    {
        await using var rig = new ServerRig(options => options.MaxWantsPerPeer = 4);
        var peer = rig.Peers.Join(1);
        var cids = Absent(6);
        rig.Want(peer, [.. cids[..4].Select((cid, i) => Block(cid, priority: 10 + i))]);
        rig.Want(peer, Block(cids[4], priority: 12));
        Assert.Equal(cids[1..5].Order(), rig.Server.GetWantlist(peer).Order());
        await rig.SettleAsync();
        rig.Want(peer, Block(cids[5], priority: 10));
        Assert.Equal(cids[1..5].Order(), rig.Server.GetWantlist(peer).Order());
    }

    [Fact]
    public async Task Overflow_OfEqualPriority_EvictsWhatIsNotHere_AndNothingElse()
    {
        await using var rig = new ServerRig(options => options.MaxWantsPerPeer = 4);
        var here = await rig.AddAsync(1, 5, 5000);
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        rig.WantBlocks(peer, [.. Absent(1), .. here[..3]]);
        await rig.SettleAsync();
        rig.Want(peer, Block(here[3]));
        Assert.Equal(here[..4].Order(), rig.Server.GetWantlist(peer).Order());
        await rig.SettleAsync();
        rig.Want(peer, Block(here[4]));
        Assert.Equal(here[..4].Order(), rig.Server.GetWantlist(peer).Order());
    }

    [Fact]
    public async Task Overflow_OfAFullList_KeepsTheGreatestPriorities()
    {
        await using var rig = new ServerRig();
        var peer = rig.Peers.Join(1);
        var cids = Absent(3000);
        rig.Server.OnWantlist(peer, [.. cids.Select((cid, i) => Block(cid, priority: i * 7919 % 3000))], isFull: true);
        var kept = cids.Where((_, i) => i * 7919 % 3000 >= 3000 - 1024).Order();
        Assert.Equal(kept, rig.Server.GetWantlist(peer).Order());
        await rig.SettleAsync();
    }

    [Fact]
    public async Task CancelStorm_LeavesNothing()
    {
        await using var rig = new ServerRig();
        var peer = rig.Peers.Join(1);
        var cids = Absent(1024);
        for (var round = 0; round < Soak.Count(20, 500); round++)
        {
            rig.Server.OnWantlist(peer, [.. cids.Select(cid => Block(cid))], isFull: false);
            rig.Server.OnWantlist(peer, [.. cids.Select(cid => Cancel(cid))], isFull: false);
            Assert.Equal(0, rig.Server.Engine.WantCount);
        }

        await rig.SettleAsync();
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task FullListStorm_KeepsTheLastListOnly()
    {
        await using var rig = new ServerRig();
        var peer = rig.Peers.Join(1);
        for (var round = 0; round < Soak.Count(50, 1000); round++)
            rig.Server.OnWantlist(peer, [.. Enumerable.Range(round * 500, 1000).Select(i => Block(Fake(i)))], isFull: true);
        Assert.Equal(1000, rig.Server.Engine.WantCount);
        await rig.SettleAsync();
        Assert.Equal(1000, rig.Server.Engine.WaitedBlocks);
        rig.Server.OnWantlist(peer, [], isFull: true);
        await rig.SettleAsync();
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task WantsForWhatIsNotHere_AreLookedForOnce_AndNeverRead()
    {
        await using var rig = new ServerRig();
        var peer = rig.Peers.Join(1);
        rig.WantBlocks(peer, Absent(1000));
        await rig.SettleAsync();
        await rig.PassAsync(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1));
        Assert.Equal(1000, rig.Store.Looks);
        Assert.Equal(0, rig.Store.Reads);
        Assert.Equal(1000, rig.Peers.DontHavesTo(peer).Count);
    }

    [Fact]
    public async Task Leaving_WhileItIsLookedForAndSent_EndsBoth()
    {
        await using var rig = new ServerRig();
        var cids = await rig.AddAsync(1, 100, 100 << 10);
        var (looking, sending) = (rig.Peers.Join(1), rig.Peers.Join(2));
        rig.Peers.Stall(sending);
        rig.WantBlocks(sending, cids);
        await rig.SettleAsync();
        Assert.NotEqual(0, rig.Server.Engine.OutstandingBytes);

        var looked = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        rig.Store.AfterLook = _ =>
        {
            looked.TrySetResult();
            return goOn.Task;
        };
        rig.WantBlocks(looking, cids);
        await looked.Task;
        rig.Peers.Leave(sending);
        rig.Peers.Leave(looking);
        goOn.SetResult();
        await rig.DrainAsync();
        Assert.Empty(rig.Peers.Sent);
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Peer_ThatComesBack_BeginsAnew()
    {
        await using var rig = new ServerRig();
        var cid = await rig.AddAsync(1, 5000);
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        rig.Want(peer, Block(cid));
        await rig.SettleAsync();
        rig.Peers.Leave(peer);
        await rig.DrainAsync();
        rig.Peers.Resume(peer);
        rig.Peers.Join(1);
        await rig.SettleAsync();
        Assert.Empty(rig.Server.GetWantlist(peer));
        rig.Want(peer, Block(cid));
        await rig.SettleAsync();
        Assert.Equal([cid], rig.Peers.BlocksTo(peer));
    }

    [Fact]
    public async Task Stopping_AbortsWhatIsUnderWay()
    {
        var rig = new ServerRig();
        var cids = await rig.AddAsync(1, 100, 100 << 10);
        var (slow, waiting) = (rig.Peers.Join(1), rig.Peers.Join(2));
        rig.Peers.Stall(slow);
        rig.WantBlocks(slow, cids);
        await rig.SettleAsync();
        rig.Store.BeforeRead = _ => new TaskCompletionSource().Task;
        rig.WantBlocks(waiting, cids);
        await rig.DisposeAsync();
        rig.Want(waiting, Block(cids[0]));
        await rig.SettleAsync();
        Assert.Empty(rig.Peers.Sent);
    }

    internal static Cid[] Absent(int count) => [.. Enumerable.Range(1 << 20, count).Select(Fake)];

    /// <summary>A CID of no block.</summary>
    internal static Cid Fake(int seed)
    {
        Span<byte> digest = stackalloc byte[32];
        BitConverter.TryWriteBytes(digest, seed);
        return Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Sha2_256, digest));
    }
}
