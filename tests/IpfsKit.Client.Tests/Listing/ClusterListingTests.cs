using IpfsKit.Client.Listing;
using IpfsKit.Client.Tests.Support;
using IpfsKit.Grains;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;

namespace IpfsKit.Client.Tests.Listing;

/// <summary>What several nodes list, as one listing.</summary>
public sealed class ClusterListingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>In the order of a catalog: that of the bytes of the CIDv1.</summary>
    private static Cid[] Cids { get; } =
        [.. Enumerable.Range(0, 400).Select(i => Block.Create(i % 3 == 0 ? Multicodec.DagPb : Multicodec.Raw, TestContent.Bytes(32, i)).Cid)
            .OrderBy(cid => cid.ToBytes(), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))];

    private static Cid[] Odd => [.. Cids.Where((_, i) => i % 2 == 1 || i % 5 == 0)];

    private static Cid[] Even => [.. Cids.Where((_, i) => i % 2 == 0)];

    [Fact]
    public async Task ListRoots_HeldByTwoOfThreeNodes_NamesEachOnceInOrder()
    {
        var client = new FakeCluster(new FakeNode { Roots = Odd }, new FakeNode { Roots = Even }, new FakeNode { Roots = Cids }).CreateClient();

        Assert.Equal(Cids, (await client.ListRootsAsync(Cancellation).ToListAsync(Cancellation)).Select(root => root.Root));
    }

    [Fact]
    public async Task ListPins_HeldByTwoNodes_NamesEachOnceInOrder()
    {
        var client = new FakeCluster(new FakeNode { Roots = Odd }, new FakeNode { Roots = Cids }).CreateClient();

        Assert.Equal(Cids, (await client.ListPinsAsync(cancellationToken: Cancellation).ToListAsync(Cancellation)).Select(pin => pin.Cid));
    }

    [Fact]
    public async Task ListRoots_BothVersionsOfOneCid_AreOneRoot()
    {
        var v1 = Block.Create(Multicodec.DagPb, new byte[] { 1, 2, 3 }).Cid;
        Assert.True(v1.TryToV0(out var v0));
        var client = new FakeCluster(new FakeNode { Roots = [v0] }, new FakeNode { Roots = [v1] }).CreateClient();

        Assert.Single(await client.ListRootsAsync(Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task ListPins_IndirectInTheOrderOfWalks_NamesEachOnce()
    {
        Cid[] shuffled = [.. Cids];
        new Random(5).Shuffle(shuffled);
        var client = new FakeCluster(new FakeNode { Indirect = shuffled }, new FakeNode { Indirect = [.. shuffled.Reverse()] }, new FakeNode { Indirect = Cids }).CreateClient();

        var pins = await client.ListPinsAsync(PinMode.Indirect, Cancellation).ToListAsync(Cancellation);

        Assert.Equal(Cids, pins.Select(pin => pin.Cid).Order());
    }

    [Fact]
    public async Task DistinctConcat_PastWhatItRemembers_LosesNothing()
    {
        var listed = await DistinctConcat.ConcatAsync(
            [Cids.ToAsyncEnumerable(), Cids.ToAsyncEnumerable()], cid => cid, remembered: 100, Cancellation).ToListAsync(Cancellation);

        Assert.Equal(Cids, listed.Take(Cids.Length));
        Assert.Equal(Cids[100..], listed.Skip(Cids.Length));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Stats_OneNodeFails_AreThoseOfTheOthers(Exception fault)
    {
        var bad = new FakeNode { Fault = fault };
        var client = new FakeCluster(new FakeNode { Roots = Odd }, bad, new FakeNode { Roots = Even }).CreateClient();

        var stats = await client.GetStatsAsync(Cancellation);

        Assert.Equal(Odd.Length + Even.Length, stats.Roots);
        Assert.Equal(bad.Peer, Assert.Single(stats.Silent).Node);
    }

    [Fact]
    public async Task Stats_Cancelled_AreNotAnEmptyAnswer()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var client = new FakeCluster(new FakeNode { Fault = new OperationCanceledException() }).CreateClient();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetStatsAsync(stop.Token));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task ListRoots_OneNodeFails_IsATypedErrorAndNotAShortList(Exception fault)
    {
        var client = new FakeCluster(new FakeNode { Roots = Odd }, new FakeNode { Fault = fault }).CreateClient();

        await Assert.ThrowsAsync<ClusterUnavailableException>(async () => await client.ListRootsAsync(Cancellation).ToListAsync(Cancellation));
    }

    public static TheoryData<Exception> Faults =>
    [
        new InvalidOperationException("The node is not open."),
        new Storage.StorageFailedException("/data", new IOException("a sync failed")),
        new TimeoutException("no answer"),
    ];
}
