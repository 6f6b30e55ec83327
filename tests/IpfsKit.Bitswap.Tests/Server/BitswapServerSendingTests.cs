using IpfsKit.Bitswap.Messages;
using static IpfsKit.Bitswap.Tests.Server.ServerRig;

namespace IpfsKit.Bitswap.Tests.Server;

/// <summary>How answers become messages, and what becomes of messages that do not arrive.</summary>
public sealed class BitswapServerSendingTests
{
    private const int KiB = 1 << 10;

    [Theory]
    [InlineData(4 * KiB, 200, 4)]
    [InlineData(100 * KiB, 5, 5)]
    [InlineData(256 * KiB, 1, 1)]
    [InlineData(2048 * KiB, 1, 3)]
    public async Task Messages_HoldAsManyBlocksAsTheirSizeAllows(int size, int least, int count)
    {
        await using var rig = new ServerRig();
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        rig.Want(peer, Block(await rig.AddAsync(1, 100)), Block(await rig.AddAsync(2, 100)));
        await rig.SettleAsync();
        rig.WantBlocks(peer, await rig.AddAsync(10, Math.Max(count, least), size));
        await rig.SettleAsync();
        rig.Peers.Resume(peer);
        await rig.SettleAsync();
        Assert.All(rig.Peers.SentTo(peer), message => Assert.True(message.Bytes <= 512 * KiB || message.Blocks.Count == 1));
        Assert.Contains(rig.Peers.SentTo(peer), message => message.Blocks.Count >= Math.Min(least, 512 * KiB / (size)));
    }

    [Fact]
    public async Task Outstanding_ToOnePeer_IsAtMostAMebibyte()
    {
        await using var rig = new ServerRig();
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        rig.WantBlocks(peer, await rig.AddAsync(1, 100, 256 * KiB));
        await rig.SettleAsync();
        Assert.InRange(rig.Server.Engine.OutstandingBytes, 256 * KiB, 1024 * KiB);
        Assert.InRange(rig.Store.Reads, 1, 4);
        rig.Peers.Resume(peer);
        await rig.SettleAsync();
        Assert.Equal(100, rig.Peers.BlocksTo(peer).Count);
        Assert.InRange(rig.Peers.MaxUnderway, 256 * KiB, 1024 * KiB);
    }

    [Fact]
    public async Task PeersThatDoNotRead_HoldUpNobodyElse()
    {
        await using var rig = new ServerRig(options => options.SendWorkers = 1);
        var cids = await rig.AddAsync(1, 20, 256 * KiB);
        for (var i = 0; i < 50; i++)
        {
            var slow = rig.Peers.Join(i);
            rig.Peers.Stall(slow);
            rig.WantBlocks(slow, cids);
        }

        await rig.SettleAsync();
        var honest = rig.Peers.Join(100);
        rig.WantBlocks(honest, cids);
        await rig.SettleAsync();
        Assert.Equal(20, rig.Peers.BlocksTo(honest).Count);
    }

    [Fact]
    public async Task PeersThatDoNotRead_AndHoldAllRoom_LoseItToOthers()
    {
        await using var rig = new ServerRig(options => (options.MaxOutstandingBytes, options.StalledSendTimeout) = (4 << 20, TimeSpan.FromSeconds(5)));
        var cids = await rig.AddAsync(1, 20, 256 * KiB);
        for (var i = 0; i < 50; i++)
        {
            var slow = rig.Peers.Join(i);
            rig.Peers.Stall(slow);
            rig.WantBlocks(slow, cids);
        }

        await rig.SettleAsync();
        Assert.InRange(rig.Server.Engine.OutstandingBytes, 1, 4 << 20);
        var honest = rig.Peers.Join(100);
        rig.WantBlocks(honest, cids);
        await rig.SettleAsync();
        Assert.Empty(rig.Peers.BlocksTo(honest));
        // What is given up ends on threads of its own, so it is not known after how many steps.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (rig.Peers.BlocksTo(honest).Count < cids.Length)
        {
            Assert.False(patience.IsCancellationRequested, "The room is not given to others.");
            await rig.PassAsync(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            Assert.InRange(rig.Server.Engine.OutstandingBytes, 0, 4 << 20);
        }
    }

    [Fact]
    public async Task SendThatFails_IsTriedAgainAfterAPause()
    {
        await using var rig = new ServerRig();
        var cid = await rig.AddAsync(1, 5000);
        var peer = rig.Peers.Join(1);
        rig.Peers.Break(peer);
        rig.Want(peer, Block(cid));
        await rig.SettleAsync();
        rig.Peers.Mend(peer);
        await rig.PassAsync(TimeSpan.FromMilliseconds(990), TimeSpan.FromMilliseconds(10));
        Assert.Empty(rig.Peers.Sent);
        await rig.PassAsync(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(10));
        Assert.Equal([cid], rig.Peers.BlocksTo(peer));
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task SendThatFailsAgainAndAgain_IsGivenUp()
    {
        await using var rig = new ServerRig();
        var cids = await rig.AddAsync(1, 50, 100 * KiB);
        var peer = rig.Peers.Join(1);
        var sends = 0;
        rig.Peers.OnSending = _ => sends++;
        rig.Peers.Break(peer, new TimeoutException("It does not read."));
        rig.WantBlocks(peer, cids);
        await rig.SettleAsync();
        await rig.PassAsync(TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(1));
        Assert.InRange(sends, 3, 50 * 3);
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task SendThatFailsForAReasonThatItShouldNotHave_LeavesNothing()
    {
        await using var rig = new ServerRig();
        var peer = rig.Peers.Join(1);
        rig.Peers.Break(peer, new InvalidOperationException("A fault."));
        rig.Want(peer, Block(await rig.AddAsync(1, 5000)));
        await rig.SettleAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1));
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Haves_DoNotWaitBehindBlocks()
    {
        await using var rig = new ServerRig();
        var (cids, asked) = (await rig.AddAsync(1, 20, 256 * KiB), await rig.AddAsync(100, 5000));
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        rig.WantBlocks(peer, cids, priority: 100);
        await rig.SettleAsync();
        rig.Want(peer, Have(asked));
        await rig.SettleAsync();
        rig.Peers.Resume(peer);
        await rig.SettleAsync();
        var first = rig.Peers.SentTo(peer).TakeWhile(message => message.Presences.Count == 0).Count();
        Assert.InRange(first, 0, 3);
    }

    [Fact]
    public async Task Answers_OfOneMessage_AreNoMoreThanOthersTake()
    {
        await using var rig = new ServerRig(options => options.MaxWantsPerPeer = 5000);
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        rig.WantBlocks(peer, BitswapServerBoundsTests.Absent(5000));
        await rig.SettleAsync();
        rig.Peers.Resume(peer);
        await rig.SettleAsync();
        Assert.Equal(5000, rig.Peers.DontHavesTo(peer).Count);
        Assert.All(rig.Peers.Sent, message => Assert.InRange(message.Presences.Count, 1, BitswapProtocol.MaxPresences));
    }

    [Fact]
    public async Task Blocks_AreReadWhenTheyAreSent_NotBefore()
    {
        await using var rig = new ServerRig();
        var cids = await rig.AddAsync(1, 1000, 64 * KiB);
        var peer = rig.Peers.Join(1);
        rig.Peers.Stall(peer);
        rig.WantBlocks(peer, cids);
        await rig.SettleAsync();
        Assert.Equal(1000, rig.Store.Looks);
        Assert.InRange(rig.Store.Reads, 1, 16);
    }

    [Fact]
    public async Task SlowStore_IsAskedForAllBlocksOfAMessageAtOnce()
    {
        await using var rig = new ServerRig();
        var cids = await rig.AddAsync(1, 50, 4 * KiB);
        var peer = rig.Peers.Join(1);
        var goOn = new TaskCompletionSource();
        rig.Store.BeforeRead = _ => goOn.Task;
        rig.WantBlocks(peer, cids);
        using (var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30)))
        {
            while (Volatile.Read(ref rig.Store.Reads) < 50)
            {
                Assert.False(timeout.IsCancellationRequested, "The blocks are not read beside each other.");
                await Task.Yield();
            }
        }

        goOn.SetResult();
        await rig.SettleAsync();
        Assert.Equal(cids.Order(), rig.Peers.BlocksTo(peer).Order());
    }

    [Fact]
    public async Task Ledger_SaysWhatWasExchanged()
    {
        await using var rig = new ServerRig(options => options.MaxDepartedLedgers = 2);
        var cids = await rig.AddAsync(1, 3, 1000);
        var peer = rig.Peers.Join(1);
        Assert.Null(rig.Server.GetLedger(peer));
        rig.WantBlocks(peer, cids);
        await rig.SettleAsync();
        rig.Server.OnReceived(peer, 499);
        var ledger = new BitswapLedger(peer, 3000, 499, 4);
        Assert.Equal(ledger, rig.Server.GetLedger(peer));
        Assert.Equal(6, ledger.DebtRatio);
        Assert.Equal((3, 3000), (rig.Server.BlocksSent, rig.Server.BytesSent));
        rig.Peers.Leave(peer);
        Assert.Equal(ledger, rig.Server.GetLedger(peer));
        for (var i = 2; i < 1000; i++)
        {
            var other = rig.Peers.Join(i);
            if (i % 2 == 0)
                rig.Server.OnReceived(other, 1);
            rig.Peers.Leave(other);
        }

        Assert.Null(rig.Server.GetLedger(peer));
        Assert.Equal(2, rig.Server.Ledgers.Count);
        rig.Server.OnReceived(FakePeers.Id(5000), 1);
        Assert.Null(rig.Server.GetLedger(FakePeers.Id(5000)));
    }

    [Fact]
    public async Task Ledger_GoesOnWhenAPeerComesBack()
    {
        await using var rig = new ServerRig(options => options.MaxDepartedLedgers = 1);
        var peer = rig.Peers.Join(1);
        rig.Server.OnReceived(peer, 10);
        rig.Peers.Leave(peer);
        rig.Peers.Join(1);
        for (var i = 2; i < 5; i++)
        {
            rig.Server.OnReceived(rig.Peers.Join(i), 1);
            rig.Peers.Leave(FakePeers.Id(i));
        }

        rig.Server.OnReceived(peer, 5);
        Assert.Equal(15, rig.Server.GetLedger(peer)!.BytesReceived);
    }
}
