using IpfsKit.Bitswap;
using IpfsKit.Grains.Exchange;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.Ipld;
using IpfsKit.Libp2p.Identities;
using IpfsKit.Libp2p.Peers;
using IpfsKit.Multiformats;
using IpfsKit.Storage;
using IpfsKit.TestKit.Blocks;
using Microsoft.Extensions.Options;

namespace IpfsKit.Grains.Tests.Exchange;

/// <summary>What a reader counts, when its session tells of a block only after it has given it out, as sessions do.</summary>
public sealed class ContentReaderTests(ClusterFixture fixture) : IClassFixture<ClusterFixture>
{
    private static readonly PeerId Peer = PrivateKey.Generate().PublicKey.PeerId;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reader_WhoseBlocksHaveCome_KnowsAllOfThemAndEndsWhenTheyAreCounted()
    {
        var block = TestBlocks.Raw(ClusterFixture.NextSeed());
        var bitswap = new LateBitswap(block);
        var cluster = fixture.Cluster;
        var exchange = new ContentExchange(
            cluster.Node(), bitswap, cluster.Service<FetchPlanner>(), cluster.Service<SoughtRoots>(), cluster.Service<PartialContent>(), cluster.Service<CopyKeeper>(), cluster.Service<RetrievalCounters>(),
            cluster.Service<IOptions<IpfsKitOptions>>());
        var before = exchange.Counters.Snapshot();
        var reader = exchange.OpenReader(new ReadRequest(block.Cid, IsRoot: false) { Named = [new PeerInfo(Peer, [])] }, new MemoryBlockStore());

        using (await reader.GetRequiredAsync(block.Cid, Token))
            Assert.Equal((1, block.Size), (reader.Statistics.Blocks, reader.Statistics.Bytes));
        var ending = reader.DisposeAsync().AsTask();
        Assert.False(ending.IsCompleted);
        bitswap.Tell();
        await ending.WaitAsync(TimeSpan.FromSeconds(30), Token);

        var after = exchange.Counters.Snapshot();
        Assert.Equal((1, block.Size, 1), (after.BlocksRetrieved - before.BlocksRetrieved, after.TotalBytesRetrieved - before.TotalBytesRetrieved, after.CacheMissesHandled - before.CacheMissesHandled));
    }

    private sealed class LateBitswap(Block block) : IBitswap, IBitswapSession
    {
        private IProgress<FetchedBlock> _progress = null!;

        public BitswapStatistics Statistics => throw new NotSupportedException();

        public IReadOnlyList<PeerId> Peers => [];

        public IReadOnlyList<Cid> Wantlist => [];

        public Cid Root => block.Cid;

        SessionStatistics IBitswapSession.Statistics { get; } = new(1, block.Size, 0, 0, new Dictionary<PeerId, long> { [Peer] = block.Size });

        public void Tell() => _progress.Report(new FetchedBlock(block.Cid, block.Size, Peer));

        public IBitswapSession CreateSession(Cid root, BitswapSessionOptions? options = null)
        {
            _progress = options!.Progress!;
            return this;
        }

        public ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default) => new(block.Retain());

        public void AddPeer(PeerInfo peer)
        {
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken = default) => default;

        public ValueTask DisposeAsync() => default;

        public BitswapLedger? GetLedger(PeerId peer) => null;

        public IReadOnlyList<Cid> GetWantlist(PeerId peer) => [];

        public void NotifyNewBlocks(IReadOnlyList<Cid> cids)
        {
        }
    }
}
