using IpfsKit.Libp2p.Connections;
using IpfsKit.Multiformats;
using static IpfsKit.Libp2p.Tests.Peers.TestPeers;

namespace IpfsKit.Libp2p.Tests.Connections;

public sealed class PeerTagsTests
{
    private readonly PeerTags _tags = new();

    [Fact]
    public void Score_OfAPeer_IsTheSumOfItsValues()
    {
        _tags.TrySet(Alice, "a", int.MaxValue);
        _tags.TrySet(Alice, "b", int.MaxValue);
        Assert.Equal(2L * int.MaxValue, _tags.GetScore(Alice));
        _tags.TrySet(Alice, "a", -1);
        _tags.Remove(Alice, "b");
        Assert.Equal(-1, _tags.GetScore(Alice));
    }

    [Fact]
    public void Values_WhenThePeerLeaves_AreForgottenAndProtectionsStay()
    {
        _tags.SetConnected(Alice, true);
        _tags.TrySet(Alice, "a", 5);
        _tags.Protect(Alice, "silo");
        _tags.SetConnected(Alice, false);
        Assert.Equal(0, _tags.GetScore(Alice));
        Assert.True(_tags.IsProtected(Alice, null));
    }

    [Fact]
    public void Protection_BySeveralTags_LastsUntilTheLast()
    {
        _tags.Protect(Alice, "silo");
        _tags.Protect(Alice, "relay");
        Assert.True(_tags.Unprotect(Alice, "silo"));
        Assert.False(_tags.IsProtected(Alice, "silo"));
        Assert.True(_tags.IsProtected(Alice, null));
        Assert.False(_tags.Unprotect(Alice, "relay"));
        Assert.False(_tags.IsProtected(Alice, null));
    }

    [Fact]
    public void Values_OfPeersThatAreNotConnected_AreBoundedWhoeverIsConnected()
    {
        var peers = Enumerable.Range(0, PeerTags.MaxUnconnectedPeers + 1).Select(i => PeerId.FromBytes([0, 4, .. BitConverter.GetBytes(i)])).ToArray();
        // One without values and one with.
        _tags.SetConnected(Alice, true);
        _tags.SetConnected(Bob, true);
        Assert.True(_tags.TrySet(Bob, "a", 1));

        foreach (var peer in peers[..^1])
            Assert.True(_tags.TrySet(peer, "a", 1));

        Assert.False(_tags.TrySet(peers[^1], "a", 1));
        Assert.True(_tags.TrySet(Alice, "a", 1));
        _tags.Remove(peers[0], "a");
        Assert.True(_tags.TrySet(peers[^1], "a", 1));
        _tags.SetConnected(peers[1], true);
        Assert.True(_tags.TrySet(peers[0], "a", 1));
        _tags.SetConnected(peers[1], false);
        Assert.False(_tags.TrySet(peers[1], "a", 1));
    }

    [Fact]
    public void Values_BeyondTheBounds_AreRefused()
    {
        for (var i = 0; i < PeerTags.MaxTagsPerPeer; i++)
            Assert.True(_tags.TrySet(Alice, $"{i}", 1));
        Assert.False(_tags.TrySet(Alice, "more", 1));
        Assert.True(_tags.TrySet(Alice, "0", 2));
    }
}
