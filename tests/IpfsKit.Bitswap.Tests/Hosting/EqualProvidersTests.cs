using IpfsKit.Ipld.Traversal;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Libp2p;

namespace IpfsKit.Bitswap.Tests.Hosting;

/// <summary>Three peers that all have a file, and one that fetches it from all of them, over the whole stack.</summary>
public sealed class EqualProvidersTests
{
    private const int Providers = 3;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, 4 << 10, 16 << 20)]
    [InlineData(true, 4 << 10, 16 << 20)]
    [InlineData(true, 256 << 10, 200 << 20)]
    public async Task Duplicates_AreTwoPercentAtMost(bool isTcp, int blockBytes, int bytes)
    {
        var memory = isTcp ? null : new InMemoryNetwork();
        var store = new Storage.MemoryBlockStore(2L * bytes);
        var content = new byte[bytes];
        new Random(7).NextBytes(content);
        var options = new UnixFsImportOptions { Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = blockBytes } };
        var file = await new UnixFsImporter(store, options).ImportFileAsync(new MemoryStream(content), cancellationToken: Cancelled);
        var providers = new List<ExchangeNode>();
        await using var alice = await ExchangeNode.StartAsync(memory, store: new Storage.MemoryBlockStore(2L * bytes));
        try
        {
            for (var i = 0; i < Providers; i++)
            {
                providers.Add(await ExchangeNode.StartAsync(memory, store: store));
                await alice.Host.ConnectAsync(providers[i].Info, Cancelled);
            }

            await alice.UntilPeersAsync(Providers);
            await using var session = alice.Bitswap.CreateSession(file.Root, new BitswapSessionOptions { Peers = [.. providers.Select(static provider => provider.Info)] });
            var blocks = 0;
            await foreach (var block in new DagWalker(session, new DagWalkOptions { ReadAhead = 256 }).WalkAsync(file.Root, Cancelled))
            {
                block.Dispose();
                blocks++;
            }

            var statistics = session.Statistics;
            Assert.Equal(file.BlockCount, blocks);
            Assert.Equal(blocks, statistics.Blocks);
            Assert.InRange(statistics.DuplicateBlocks, 0, blocks * 2 / 100);
            Assert.All(providers, provider => Assert.True(statistics.BytesByPeer.GetValueOrDefault(provider.Id) > 0));
            Assert.Equal(0, alice.Bitswap.Statistics.UnwantedBlocksReceived);
        }
        finally
        {
            foreach (var provider in providers)
                await provider.DisposeAsync();
        }
    }
}
