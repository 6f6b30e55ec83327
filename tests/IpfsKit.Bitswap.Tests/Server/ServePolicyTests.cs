using IpfsKit.Multiformats;
using IpfsKit.TestKit.Blocks;
using static IpfsKit.Bitswap.Tests.Server.ServerRig;

namespace IpfsKit.Bitswap.Tests.Server;

public sealed class ServePolicyTests
{
    [Fact]
    public async Task Denied_ByPeerOrContent_IsToldThatItIsNotHere()
    {
        var secret = TestBlocks.Raw(1, 500);
        var (friend, stranger) = (FakePeers.Id(1), FakePeers.Id(2));
        await using var rig = new ServerRig(policy: new Policy((peer, cid) => peer == friend || cid.Hash != secret.Cid.Hash));
        await rig.ArriveAsync(secret);
        var open = await rig.AddAsync(2, 500);
        foreach (var peer in new[] { rig.Peers.Join(1), rig.Peers.Join(2) })
            rig.Want(peer, Block(open), Have(secret.Cid));
        await rig.SettleAsync();
        Assert.Equal(new[] { open, secret.Cid }.Order(), rig.Peers.BlocksTo(friend).Order());
        Assert.Equal([open], rig.Peers.BlocksTo(stranger));
        Assert.Equal([secret.Cid], rig.Peers.DontHavesTo(stranger));
        rig.AssertNothingLeft();

        await rig.ArriveAsync(secret);
        rig.Want(stranger, Block(secret.Cid, sendDontHave: false));
        await rig.SettleAsync();
        Assert.Equal([open], rig.Peers.BlocksTo(stranger));
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task PolicyThatChanges_AppliesToWhatWaits()
    {
        var block = TestBlocks.Raw(1, 500);
        var isAllowed = true;
        await using var rig = new ServerRig(policy: new Policy((_, _) => isAllowed));
        var peer = rig.Peers.Join(1);
        rig.Want(peer, Block(block.Cid, sendDontHave: false));
        await rig.SettleAsync();
        isAllowed = false;
        await rig.ArriveAsync(block);
        await rig.SettleAsync();
        Assert.Empty(rig.Peers.Sent);
        rig.AssertNothingLeft();
    }

    [Fact]
    public async Task Policy_ThatThrows_ServesNothing()
    {
        await using var rig = new ServerRig(policy: new Policy((_, _) => throw new InvalidOperationException("A fault.")));
        var cid = await rig.AddAsync(1, 500);
        var peer = rig.Peers.Join(1);
        rig.Want(peer, Block(cid));
        await rig.SettleAsync();
        Assert.Equal([cid], rig.Peers.DontHavesTo(peer));
    }

    [Theory]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(null, false, true)]
    [InlineData(null, true, false)]
    public async Task Lists_AllowAndDenyPeers(bool? isOnlyAnotherAllowed, bool isDenied, bool isServed)
    {
        var id = FakePeers.Id(1);
        await using var rig = new ServerRig(options =>
        {
            if (isOnlyAnotherAllowed is { } another)
                options.AllowPeers.Add(another ? FakePeers.Id(2).ToString() : id.ToString());
            if (isDenied)
                options.DenyPeers.Add(id.ToString());
        });
        var cid = await rig.AddAsync(1, 5000);
        rig.Want(rig.Peers.Join(1), Have(cid));
        await rig.SettleAsync();
        Assert.Equal(isServed ? [cid] : [], rig.Peers.HavesTo(id));
        Assert.Equal(isServed ? [] : [cid], rig.Peers.DontHavesTo(id));
    }

    internal sealed class Policy(Func<PeerId, Cid, bool> isAllowed, Func<PeerId, Cid, ServiceClass>? classify = null) : IServePolicy
    {
        public bool IsAllowed(PeerId peer, in Cid cid) => isAllowed(peer, cid);

        public ServiceClass Classify(PeerId peer, in Cid cid) => classify?.Invoke(peer, cid) ?? ServiceClass.Everyone;
    }
}
