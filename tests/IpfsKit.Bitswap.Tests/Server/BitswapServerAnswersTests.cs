using IpfsKit.Bitswap.Messages;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;
using static IpfsKit.Bitswap.Tests.Server.ServerRig;

namespace IpfsKit.Bitswap.Tests.Server;

public sealed class BitswapServerAnswersTests
{
    [Fact]
    public async Task WantBlock_Here_IsAnsweredWithTheBlockByTheNameAskedFor()
    {
        await using var rig = new ServerRig();
        var stored = await rig.AddAsync(1, 5000);
        var asked = stored.WithCodec(Multicodec.DagPb);
        var peer = rig.Peers.Join(1);
        rig.Want(peer, Block(asked));
        await rig.SettleAsync();
        Assert.Equal([asked], rig.Peers.BlocksTo(peer));
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public async Task WantHave_Here_IsAnsweredWithTheBlockIfItIsSmall(int size, bool isBlock)
    {
        await using var rig = new ServerRig();
        var cid = await rig.AddAsync(1, size);
        var peer = rig.Peers.Join(1);
        rig.Want(peer, Have(cid));
        await rig.SettleAsync();
        Assert.Equal(isBlock ? [cid] : [], rig.Peers.BlocksTo(peer));
        Assert.Equal(isBlock ? [] : [cid], rig.Peers.HavesTo(peer));
        Assert.Equal(isBlock ? 1 : 0, rig.Store.Reads);
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Want_Absent_IsToldIfAskedAndKept(bool sendDontHave)
    {
        await using var rig = new ServerRig();
        var block = TestBlocks.Raw(1, 5000);
        var peer = rig.Peers.Join(1);
        rig.Want(peer, Block(block.Cid, sendDontHave: sendDontHave));
        await rig.SettleAsync();
        Assert.Equal(sendDontHave ? [block.Cid] : [], rig.Peers.DontHavesTo(peer));
        Assert.Equal([block.Cid], rig.Server.GetWantlist(peer));
        Assert.Equal(0, rig.Store.Reads);

        await rig.ArriveAsync(block);
        await rig.SettleAsync();
        Assert.Equal([block.Cid], rig.Peers.BlocksTo(peer));
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Waiting_WhenTheBlockComesUnderAnotherName_EveryWantIsAnsweredByItsOwn()
    {
        await using var rig = new ServerRig();
        var block = TestBlocks.Raw(1, 5000);
        var (asBlock, asHave) = (block.Cid.WithCodec(Multicodec.DagPb), block.Cid.WithCodec(Multicodec.DagCbor));
        var (first, second) = (rig.Peers.Join(1), rig.Peers.Join(2));
        rig.Want(first, Block(asBlock), Have(asHave));
        rig.Want(second, Block(block.Cid));
        await rig.SettleAsync();
        await rig.ArriveAsync(block);
        await rig.SettleAsync();
        Assert.Equal([asBlock], rig.Peers.BlocksTo(first));
        Assert.Equal([asHave], rig.Peers.HavesTo(first));
        Assert.Equal([block.Cid], rig.Peers.BlocksTo(second));
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Want_WhenTheBlockComesWhileItIsLookedFor_IsNotMissed()
    {
        await using var rig = new ServerRig();
        var block = TestBlocks.Raw(1, 5000);
        var peer = rig.Peers.Join(1);
        var looked = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        rig.Store.AfterLook = _ =>
        {
            looked.TrySetResult();
            return goOn.Task;
        };
        rig.Want(peer, Block(block.Cid));
        await looked.Task;
        await rig.ArriveAsync(block);
        goOn.SetResult();
        await rig.SettleAsync();
        Assert.Equal([block.Cid], rig.Peers.BlocksTo(peer));
        Assert.Empty(rig.Peers.DontHavesTo(peer));
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Waiting_WhenTheBlockComesWhileDontHaveIsSent_IsAnswered()
    {
        await using var rig = new ServerRig();
        var block = TestBlocks.Raw(1, 5000);
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        rig.Want(peer, Block(block.Cid));
        await rig.SettleAsync();
        await rig.ArriveAsync(block);
        await rig.SettleAsync();
        rig.Peers.Resume(peer);
        await rig.SettleAsync();
        Assert.Equal([block.Cid], rig.Peers.BlocksTo(peer));
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Want_BeforeItIsLookedFor_CanBeCancelled()
    {
        await using var rig = new ServerRig();
        var cid = await rig.AddAsync(1, 5000);
        var peer = rig.Peers.Join(1);
        rig.Want(peer, Block(cid), Cancel(cid));
        await rig.SettleAsync();
        Assert.Empty(rig.Peers.Sent);
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Cancel_OfWhatWaits_EndsIt()
    {
        await using var rig = new ServerRig();
        var block = TestBlocks.Raw(1, 5000);
        var peer = rig.Peers.Join(1);
        rig.Want(peer, Block(block.Cid, sendDontHave: false));
        await rig.SettleAsync();
        rig.Want(peer, Cancel(block.Cid));
        await rig.ArriveAsync(block);
        await rig.SettleAsync();
        Assert.Empty(rig.Peers.Sent);
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task FullList_ReplacesWhatWasWanted()
    {
        await using var rig = new ServerRig();
        var blocks = TestBlocks.RawMany(1, 4, 5000);
        var peer = rig.Peers.Join(1);
        rig.Want(peer, [.. blocks[..3].Select(block => Block(block.Cid, sendDontHave: false))]);
        await rig.SettleAsync();
        rig.Server.OnWantlist(peer, [Block(blocks[2].Cid, sendDontHave: false), Block(blocks[3].Cid, sendDontHave: false)], isFull: true);
        await rig.SettleAsync();
        Assert.Equal(new[] { blocks[2].Cid, blocks[3].Cid }.Order(), rig.Server.GetWantlist(peer).Order());
        rig.Server.OnWantlist(peer, [], isFull: true);
        await rig.SettleAsync();
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Want_SaidAgainBeforeItIsSent_IsSentOnce_AndAfterwardsAgain()
    {
        await using var rig = new ServerRig();
        var cid = await rig.AddAsync(1, 5000);
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        rig.Want(peer, Block(cid), Block(cid));
        await rig.SettleAsync();
        rig.Want(peer, Block(cid));
        await rig.PassAsync(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        rig.Server.OnWantlist(peer, [Block(cid)], isFull: true);
        await rig.SettleAsync();
        rig.Peers.Resume(peer);
        await rig.SettleAsync();
        Assert.Equal([cid], rig.Peers.BlocksTo(peer));

        rig.Want(peer, Block(cid));
        await rig.SettleAsync();
        Assert.Equal([cid, cid], rig.Peers.BlocksTo(peer));
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData(5000, true)]
    [InlineData(5000, false)]
    [InlineData(0, true)]
    public async Task Want_SaidAgainJustBeforeItsAnswerIsHandedOver_IsAnsweredAgain(int size, bool isBlock)
    {
        await using var rig = new ServerRig();
        var cid = size > 0 ? await rig.AddAsync(1, size) : TestBlocks.Raw(1).Cid;
        var want = isBlock ? Block(cid) : Have(cid);
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        rig.Want(peer, want);
        await rig.SettleAsync();
        rig.Want(peer, want);
        rig.Peers.Resume(peer);
        await rig.SettleAsync();
        var answers = size == 0 ? rig.Peers.DontHavesTo(peer) : isBlock ? rig.Peers.BlocksTo(peer) : rig.Peers.HavesTo(peer);
        Assert.Equal([cid, cid], answers);
    }

    [Fact]
    public async Task Want_CancelledWhileItIsSentAndSaidAgain_IsSentAgain()
    {
        await using var rig = new ServerRig();
        var cid = await rig.AddAsync(1, 5000);
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        rig.Want(peer, Block(cid));
        await rig.SettleAsync();
        rig.Want(peer, Cancel(cid));
        rig.Want(peer, Block(cid));
        await rig.SettleAsync();
        rig.Peers.Resume(peer);
        await rig.SettleAsync();
        Assert.Equal([cid, cid], rig.Peers.BlocksTo(peer));
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WantHave_ThatBecomesWantBlock_GetsTheBlock(bool isHaveUnderway)
    {
        await using var rig = new ServerRig();
        var (filler, cid) = (await rig.AddAsync(1, 5000), await rig.AddAsync(2, 5000));
        var fillers = await rig.AddAsync(10, 2, 5000);
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        if (!isHaveUnderway)
        {
            rig.WantBlocks(peer, [filler]);
            await rig.SettleAsync();
            rig.WantBlocks(peer, fillers);
            await rig.SettleAsync();
        }

        rig.Want(peer, Have(cid));
        await rig.SettleAsync();
        rig.Want(peer, Block(cid));
        await rig.SettleAsync();
        rig.Want(peer, Have(cid));
        rig.Peers.Resume(peer);
        await rig.SettleAsync();
        Assert.Contains(cid, rig.Peers.BlocksTo(peer));
        Assert.Equal(isHaveUnderway ? [cid] : [], rig.Peers.HavesTo(peer));
        rig.AssertNothingLeft();
    }

    [Theory]
    [InlineData("/ipfs/bitswap")]
    [InlineData("/ipfs/bitswap/1.0.0")]
    [InlineData("/ipfs/bitswap/1.1.0")]
    public async Task PeerBefore12_GetsBlocksOnly(string protocol)
    {
        await using var rig = new ServerRig();
        var cid = await rig.AddAsync(1, 5000);
        var absent = TestBlocks.Raw(2, 5000);
        var peer = rig.Peers.Join(1, BitswapProtocol.VersionOf(protocol)!.Value);
        rig.Want(peer, Have(cid), Block(absent.Cid));
        await rig.SettleAsync();
        await rig.ArriveAsync(absent);
        await rig.SettleAsync();
        Assert.Equal([cid, absent.Cid], rig.Peers.BlocksTo(peer));
        Assert.All(rig.Peers.Sent, message => Assert.Empty(message.Presences));
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Wants_ForIdentityAndOverlongCids_AreIgnored()
    {
        await using var rig = new ServerRig();
        var peer = rig.Peers.Join(1);
        var identity = Cid.CreateV1(Multicodec.Raw, new Multihash(Multicodec.Identity, new byte[128]));
        rig.Want(peer, Block(identity), Have(identity));
        await rig.SettleAsync();
        Assert.Empty(rig.Peers.Sent);
        Assert.Equal(0, rig.Store.Looks);
        Assert.True(Cid.MaxBytes <= BitswapProtocol.MaxCidBytes, "CIDs can be too long by now: test one.");
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Wants_OfSomebodyWhoHasNotJoined_AreIgnored()
    {
        await using var rig = new ServerRig();
        var cid = await rig.AddAsync(1, 5000);
        rig.Want(FakePeers.Id(7), Block(cid));
        rig.Server.OnWantlist(FakePeers.Id(7), [Block(cid)], isFull: true);
        await rig.SettleAsync();
        Assert.Empty(rig.Peers.Sent);
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Block_ThatVanishedBeforeItWasSent_IsAnsweredDontHave_AndSentWhenItIsBack()
    {
        await using var rig = new ServerRig();
        var block = TestBlocks.Raw(1, 5000);
        await rig.ArriveAsync(block);
        rig.Store.BeforeRead = cid => rig.Store.DeleteAsync(cid).AsTask();
        var peer = rig.Peers.Join(1);
        rig.Want(peer, Block(block.Cid));
        await rig.SettleAsync();
        Assert.Equal([block.Cid], rig.Peers.DontHavesTo(peer));
        Assert.Equal([block.Cid], rig.Server.GetWantlist(peer));

        rig.Store.BeforeRead = null;
        await rig.ArriveAsync(block);
        await rig.SettleAsync();
        Assert.Equal([block.Cid], rig.Peers.BlocksTo(peer));
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Block_ThatCannotBeRead_IsAnsweredDontHave_AndNotTriedForever()
    {
        await using var rig = new ServerRig();
        var cids = await rig.AddAsync(1, 2, 5000);
        rig.Store.Damaged[cids[0].Hash] = new BlockIntegrityException(cids[0]);
        var peer = rig.Peers.Join(1);
        rig.WantBlocks(peer, cids);
        await rig.SettleAsync();
        Assert.Equal([cids[0]], rig.Peers.DontHavesTo(peer));
        Assert.Equal([cids[1]], rig.Peers.BlocksTo(peer));
        Assert.Equal(2, rig.Store.Reads);
    }

    [Fact]
    public async Task Block_LargerThanMayBeExchanged_IsNotHere()
    {
        await using var rig = new ServerRig();
        var cids = new[] { await rig.AddAsync(1, BlockLimits.MaxBlockBytes), await rig.AddAsync(2, BlockLimits.MaxBlockBytes + 1) };
        var peer = rig.Peers.Join(1);
        rig.WantBlocks(peer, cids);
        await rig.SettleAsync();
        Assert.Equal([cids[0]], rig.Peers.BlocksTo(peer));
        Assert.Equal([cids[1]], rig.Peers.DontHavesTo(peer));
    }

    [Fact]
    public async Task Answers_GoByPriority()
    {
        await using var rig = new ServerRig();
        var cids = await rig.AddAsync(1, 10, 400 << 10);
        var peer = rig.Peers.Join(1);
        rig.Want(peer, [.. cids.Select((cid, i) => Block(cid, priority: i))]);
        await rig.SettleAsync();
        // What is looked for first may be sent before the rest is known, but never out of order.
        Assert.Equal(cids.Reverse(), rig.Peers.BlocksTo(peer));
    }

    [Fact]
    public async Task Message_SaysHowMuchWaitsBehindIt()
    {
        await using var rig = new ServerRig();
        var cids = await rig.AddAsync(1, 4, 400 << 10);
        var peer = rig.Peers.Join(1);
        rig.WantBlocks(peer, cids);
        await rig.SettleAsync();
        Assert.Equal([3 * 400 << 10, 2 * 400 << 10, 400 << 10, 0], rig.Peers.SentTo(peer).Select(message => message.PendingBytes));
    }
}
