using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using Microsoft.Extensions.Time.Testing;
using static IpfsKit.Libp2p.Tests.Peers.TestPeers;

namespace IpfsKit.Libp2p.Tests.Peers;

public sealed class PeerStoreTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Addresses_AfterTheirLifetime_AreForgotten()
    {
        var store = Store();
        store.AddAddresses(Alice, [Address(1)], Hour);
        store.AddAddresses(Alice, [Address(2)], 2 * Hour);
        store.AddAddresses(Alice, [Address(3)], Timeout.InfiniteTimeSpan);

        _time.Advance(Hour);
        Assert.Equal([Address(2), Address(3)], store.GetAddresses(Alice));
        _time.Advance(TimeSpan.FromDays(10_000));
        Assert.Equal([Address(3)], store.GetAddresses(Alice));
    }

    [Fact]
    public void Addresses_AfterTheSignedOnesExpired_AreTaken()
    {
        var store = Store();
        store.TryAddRecord(Alice, 1, [Address(1)], new byte[1], Hour);
        store.AddAddresses(Alice, [Address(2)], 3 * Hour);
        Assert.Equal([Address(1)], store.GetAddresses(Alice));

        _time.Advance(Hour);
        store.AddAddresses(Alice, [Address(3)], Hour);

        Assert.Equal([Address(3)], store.GetAddresses(Alice));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Addresses_ThatAConnectedPeerNamedAndThatComeAfterItsEnd_LastAsLongAsIfItHadEndedAfterThem(bool isSigned)
    {
        var store = Store();
        store.SetConnected(Alice, true);
        store.SetConnected(Alice, false);
        if (isSigned)
            store.TryAddRecord(Alice, 1, [Address(1)], new byte[1], lifetime: null);
        else
            store.AddConnected(Alice, [Address(1)]);
        Assert.Single(store.GetAddresses(Alice));

        _time.Advance(TimeSpan.FromMinutes(31));

        Assert.Empty(store.GetAddresses(Alice));
    }

    [Fact]
    public void Addresses_HeardAgain_LastForTheLongerTime()
    {
        var store = Store();
        store.AddAddresses(Alice, [Address(1)], 2 * Hour);
        store.AddAddresses(Alice, [Address(1)], Hour);

        _time.Advance(Hour);

        Assert.Equal([Address(1)], store.GetAddresses(Alice));
    }

    [Fact]
    public void Addresses_WithThePeerAtTheEnd_AreStoredWithoutIt()
    {
        var store = Store();
        store.AddAddresses(Alice, [Address(1).Encapsulate(Multiaddr.FromPeerId(Alice)), Address(2).Encapsulate(Multiaddr.FromPeerId(Bob)), default], Hour);

        Assert.Equal([Address(1)], store.GetAddresses(Alice));
    }

    [Fact]
    public void Addresses_BeyondTheBound_TheOnesThatLastLongestStay()
    {
        var store = Store(new PeerStoreOptions { MaxAddressesPerPeer = 64 });
        for (var i = 0; i < 200; i++)
            store.AddAddresses(Alice, [Address(i)], Hour + TimeSpan.FromSeconds(i));

        var kept = store.GetAddresses(Alice);
        Assert.Equal(64, kept.Count);
        Assert.Contains(Address(199), kept);
        Assert.DoesNotContain(Address(0), kept);
    }

    [Fact]
    public void Addresses_TenThousandAtOnce_AreBounded()
    {
        var store = Store();
        store.AddAddresses(Alice, Enumerable.Range(0, 10_000).Select(Address), Hour);
        Assert.Equal(64, store.GetAddresses(Alice).Count);
    }

    [Fact]
    public void Record_WithNewerSequence_ReplacesAllAddresses()
    {
        var store = Store();
        store.AddAddresses(Alice, [Address(1)], Hour);
        store.AddAddresses(Alice, [Address(9)], Timeout.InfiniteTimeSpan);

        Assert.True(store.TryAddRecord(Alice, 5, [Address(2), Address(3)], new byte[] { 5 }, Hour));
        Assert.Equal(new[] { Address(2), Address(3), Address(9) }.Order(ByText), store.GetAddresses(Alice).Order(ByText));

        Assert.False(store.TryAddRecord(Alice, 4, [Address(4)], new byte[] { 4 }, Hour));
        Assert.True(store.TryAddRecord(Alice, 6, [Address(5)], new byte[] { 6 }, Hour));
        Assert.Equal(new[] { Address(5), Address(9) }.Order(ByText), store.GetAddresses(Alice).Order(ByText));
        Assert.Equal([6], store.GetSignedRecord(Alice)!.Value.ToArray());
    }

    [Fact]
    public void Addresses_OfAPeerThatSignedSome_AreNotMixedWithWhatOthersSay()
    {
        var store = Store();
        store.TryAddRecord(Alice, 1, [Address(1)], new byte[] { 1 }, Hour);

        store.AddAddresses(Alice, [Address(2)], Hour);

        Assert.Equal([Address(1)], store.GetAddresses(Alice));
    }

    [Fact]
    public void Records_BeyondTheBound_TheOldestIsForgotten()
    {
        var store = Store(new PeerStoreOptions { MaxSignedRecords = 16 });
        var peers = Enumerable.Range(0, 20).Select(_ => New()).ToArray();
        foreach (var peer in peers)
            store.TryAddRecord(peer, 1, [Address(1)], new byte[] { 1 }, Hour);

        Assert.Equal(16, store.RecordCount);
        Assert.Null(store.GetSignedRecord(peers[3]));
        Assert.NotNull(store.GetSignedRecord(peers[4]));
    }

    [Fact]
    public void Peers_BeyondTheBound_TheLongestUnseenIsForgotten()
    {
        var store = Store(new PeerStoreOptions { MaxPeers = 16 });
        store.AddAddresses(Alice, [Address(1)], Hour);
        store.AddAddresses(Bob, [Address(1)], Hour);
        store.AddAddresses(Carol, [Address(1)], Hour);
        store.SetConnected(Bob, true);
        store.IsProtected = peer => peer == Carol;

        for (var i = 0; i < 100; i++)
            store.AddAddresses(New(), [Address(i)], Hour);

        Assert.Equal(16, store.Count);
        Assert.False(store.Contains(Alice));
        Assert.True(store.Contains(Bob));
        Assert.True(store.Contains(Carol));
    }

    [Fact]
    public void Addresses_OfAllPeersBeyondTheBound_PeersAreForgotten()
    {
        var store = Store(new PeerStoreOptions { MaxAddresses = 100 });
        for (var i = 0; i < 100; i++)
            store.AddAddresses(New(), Enumerable.Range(0, 10).Select(Address), Hour);

        Assert.Equal(10, store.Count);
        Assert.Equal(100, store.UnconnectedAddresses);
    }

    [Fact]
    public void Addresses_WhenTheConnectionEnds_AreCutAndShortened()
    {
        var store = Store();
        store.SetConnected(Alice, true);
        store.AddAddresses(Alice, Enumerable.Range(0, 64).Select(Address), TimeSpan.FromDays(1));
        Assert.Equal(0, store.UnconnectedAddresses);

        store.SetConnected(Alice, false);

        Assert.Equal(PeerStore.MaxAddressesAfterDisconnect, store.GetAddresses(Alice).Count);
        _time.Advance(TimeSpan.FromMinutes(30));
        Assert.Empty(store.GetAddresses(Alice));
        Assert.Equal(0, store.UnconnectedAddresses);
    }

    [Fact]
    public void Protocols_BeyondTheBound_AreNotStored()
    {
        var store = Store();
        store.SetIdentity(Alice, null, new string('a', 10_000), Enumerable.Range(0, 10_000).Select(i => $"/p/{i}").Append(new string('x', 10_000)));

        Assert.Equal(1024, store.GetProtocols(Alice).Count);
        Assert.Equal("/p/7", store.FindProtocol(Alice, ["/q", "/p/7", "/p/8"]));
        Assert.Null(store.FindProtocol(Alice, ["/q"]));
        Assert.Equal(PeerStore.MaxAgentLength, store.GetAgentVersion(Alice)!.Length);
    }

    [Fact]
    public void Metadata_BeyondTheBounds_IsRefused()
    {
        var store = Store(new PeerStoreOptions { MaxMetadataPerPeer = 2, MaxMetadataBytes = 4 });

        Assert.True(store.TrySetMetadata(Alice, "a", new byte[4]));
        Assert.False(store.TrySetMetadata(Alice, "b", new byte[5]));
        Assert.True(store.TrySetMetadata(Alice, "b", new byte[1]));
        Assert.False(store.TrySetMetadata(Alice, "c", new byte[1]));
        Assert.True(store.TrySetMetadata(Alice, "b", new byte[2]));
        Assert.Equal(2, store.GetMetadata(Alice, "b")!.Value.Length);
        Assert.Null(store.GetMetadata(Bob, "b"));
    }

    [Fact]
    public void Latency_OfManyRoundTrips_FollowsTheRecentOnes()
    {
        var store = Store();
        Assert.Null(store.GetLatency(Alice));
        store.AddLatency(Alice, TimeSpan.FromMilliseconds(100));
        store.AddLatency(Alice, TimeSpan.FromMilliseconds(200));
        Assert.Equal(TimeSpan.FromMilliseconds(110), store.GetLatency(Alice));
    }

    [Fact]
    public void Key_OfAPeerWhoseIdContainsIt_IsKnown()
    {
        Assert.Equal(Alice, Store().GetKey(Alice)!.PeerId);
        Assert.Null(Store().GetKey(PeerId.Parse("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N")));
    }

    private static Comparer<Multiaddr> ByText => Comparer<Multiaddr>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()));

    private PeerStore Store(PeerStoreOptions? options = null) => new(options ?? new PeerStoreOptions(), _time);
}
