using IpfsKit.Ipld;
using IpfsKit.Ipld.Traversal;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Libp2p;
using IpfsKit.Multiformats;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Bitswap.Tests.Hosting;

/// <summary>Content from one node to another, through everything.</summary>
public sealed class ExchangeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly InMemoryNetwork _memory = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Dag_OfSeveralHundredBlocks_ComesWholeInEveryVersion(int newest)
    {
        await using var alice = await ExchangeNode.StartAsync(_memory);
        await using var bob = await ExchangeNode.StartAsync(_memory, newest);
        var (root, blocks) = await AddFileAsync(bob.Store, 2_000_000);
        Assert.True(blocks > 400, $"{blocks} blocks");

        await using (var session = alice.Bitswap.CreateSession(root, new BitswapSessionOptions { Peers = [bob.Info] }))
        {
            var fetched = 0;
            await foreach (var block in new DagWalker(session, new DagWalkOptions { ReadAhead = 64 }).WalkAsync(root, Cancelled))
            {
                Assert.True(block.IsVerified);
                block.Dispose();
                fetched++;
            }

            await session.FlushAsync(Cancelled);
            Assert.Equal(blocks, fetched);
            Assert.Equal(blocks, session.Statistics.Blocks);
            // On a machine that is busy a want may count as lost, and is asked for once more.
            Assert.InRange(session.Statistics.DuplicateBlocks, 0, blocks / 50);
            Assert.Equal(session.Statistics.Bytes + session.Statistics.DuplicateBytes, Assert.Single(session.Statistics.BytesByPeer, from => from.Key == bob.Id).Value);
        }

        Assert.Equal(bob.Store.Count, alice.Store.Count);
        Assert.Equal(blocks, alice.Bitswap.Statistics.BlocksReceived - alice.Bitswap.Statistics.DuplicateBlocksReceived - alice.Bitswap.Statistics.UnwantedBlocksReceived);
        await UntilAsync("the server has counted", () => bob.Bitswap.Statistics.BlocksSent == alice.Bitswap.Statistics.BlocksReceived);
        Assert.Empty(alice.Bitswap.Wantlist);
        await UntilAsync("nothing is wanted of the server any more", () => bob.Bitswap.GetWantlist(alice.Id).Count == 0);
        Assert.Equal(alice.Bitswap.Statistics.BytesReceived, alice.Bitswap.GetLedger(bob.Id)!.BytesReceived);
        Assert.Equal(alice.Bitswap.Statistics.BytesReceived, bob.Bitswap.GetLedger(alice.Id)!.BytesSent);
        Assert.True(alice.Bitswap.Statistics.MessagesReceived < blocks, "blocks come together");
    }

    [Fact]
    public async Task Block_ThatComesLater_IsSentWhenItIsHere()
    {
        await using var alice = await ExchangeNode.StartAsync(_memory);
        await using var bob = await ExchangeNode.StartAsync(_memory);
        var block = TestBlocks.Raw(1, 5000);
        await using var session = alice.Bitswap.CreateSession(block.Cid, new BitswapSessionOptions { Peers = [bob.Info], NotFoundDelay = Timeout.InfiniteTimeSpan });
        var getting = session.GetAsync(block.Cid, Cancelled).AsTask();
        await UntilAsync("the block is wanted", () => bob.Bitswap.GetWantlist(alice.Id).Contains(block.Cid));
        await bob.Store.PutAsync(block, Cancelled);
        bob.Bitswap.NotifyNewBlocks([block.Cid]);
        using var got = await getting.WaitAsync(Patience, Cancelled);
        Assert.Equal(block.Data.ToArray(), got!.Data.ToArray());
    }

    [Fact]
    public async Task Blocks_FromAPeerOfAPeer_AreForwardedByWhoeverFetchedThem()
    {
        await using var alice = await ExchangeNode.StartAsync(_memory);
        await using var bob = await ExchangeNode.StartAsync(_memory);
        await using var carol = await ExchangeNode.StartAsync(_memory);
        var block = TestBlocks.Raw(1, 5000);
        await carol.Store.PutAsync(block, Cancelled);

        // Alice waits at Bob, who has nothing, and fetches from Carol for a reason of his own.
        await using var waiting = alice.Bitswap.CreateSession(block.Cid, new BitswapSessionOptions { Peers = [bob.Info], OnlyThesePeers = true, NotFoundDelay = Timeout.InfiniteTimeSpan });
        var getting = waiting.GetAsync(block.Cid, Cancelled).AsTask();
        await UntilAsync("the block is wanted", () => bob.Bitswap.GetWantlist(alice.Id).Contains(block.Cid));
        Assert.Empty(bob.Bitswap.Wantlist);
        await using var session = bob.Bitswap.CreateSession(block.Cid, new BitswapSessionOptions { Peers = [carol.Info] });
        using var fetched = await session.GetAsync(block.Cid, Cancelled);
        using var got = await getting.WaitAsync(Patience, Cancelled);
        Assert.Equal(block.Cid, got!.Cid);
    }

    [Fact]
    public async Task Provider_ThatVanishes_IsReplacedByAnother()
    {
        await using var alice = await ExchangeNode.StartAsync(_memory);
        await using var bob = await ExchangeNode.StartAsync(_memory);
        await using var carol = await ExchangeNode.StartAsync(_memory);
        var (root, blocks) = await AddFileAsync(bob.Store, 2_000_000);
        await AddFileAsync(carol.Store, 2_000_000);
        await using var session = alice.Bitswap.CreateSession(root, new BitswapSessionOptions { Peers = [bob.Info, carol.Info] });
        var fetched = 0;
        await foreach (var block in new DagWalker(session, new DagWalkOptions { ReadAhead = 16 }).WalkAsync(root, Cancelled))
        {
            block.Dispose();
            if (++fetched == 50)
                await alice.Host.DisconnectAsync(bob.Id, Cancelled);
        }

        Assert.Equal(blocks, fetched);
    }

    private static async Task<(Cid Root, long Blocks)> AddFileAsync(IBlockStore store, int bytes)
    {
        var content = new byte[bytes];
        new Random(7).NextBytes(content);
        var options = new UnixFsImportOptions { Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 4096 } };
        var result = await new UnixFsImporter(store, options).ImportFileAsync(new MemoryStream(content), cancellationToken: Cancelled);
        return (result.Root, result.BlockCount);
    }

    private static Task UntilAsync(string what, Func<bool> condition) => Eventually.TrueAsync(what, () => Task.FromResult(condition()), Patience, Cancelled);
}
