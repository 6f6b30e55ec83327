using System.Collections.Concurrent;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Ipld;
using IpfsKit.Ipld.UnixFs;
using IpfsKit.Multiformats;
using IpfsKit.Storage;

namespace IpfsKit.Grains.Tests.DataPlane;

/// <summary>Listings and exports of trees that are far away: the same blocks in the same order, in few round trips.</summary>
public sealed class WalkAheadTests
{
    private const int Window = 64;

    private static readonly UnixFsProfile Small = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 1024, HamtThresholdBytes = 256 << 10 };

    private readonly MemoryBlockStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_OfTwoThousandEntries_TakesFewRoundTrips()
    {
        var root = await AddAsync(2000, i => new byte[2000 + i]);

        var (blocks, roundTrips) = await WalkFarAwayAsync(root, "list");

        Assert.Equal(await WalkAsync(root, "list"), blocks);
        Assert.Equal(2001, blocks.Count);
        Assert.InRange(roundTrips, 1, 2000 / Window * 2);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("export")]
    public async Task Walk_OfAShardedDirectory_TakesFewRoundTrips(string walk)
    {
        var root = await AddAsync(2000, i => BitConverter.GetBytes(i), sharded: true);

        var (blocks, roundTrips) = await WalkFarAwayAsync(root, walk);

        Assert.Equal(await WalkAsync(root, walk), blocks);
        Assert.InRange(roundTrips, 1, blocks.Count / 8);
    }

    [Fact]
    public async Task Export_OfFilesOfManyBlocks_TakesFewRoundTrips()
    {
        var root = await AddAsync(40, i => Bytes(i, 40_000));

        var (blocks, roundTrips) = await WalkFarAwayAsync(root, "export");

        Assert.Equal(await WalkAsync(root, "export"), blocks);
        Assert.InRange(roundTrips, 1, blocks.Count / 8);
    }

    [Fact]
    public async Task Export_OfATreeOfDirectories_IsTheSame()
    {
        var files =
            from directory in Enumerable.Range(0, 6)
            from file in Enumerable.Range(0, 10)
            select UnixFsSourceEntry.File(directory == 0 ? $"f{file}" : $"d{directory}/e/f{file}", _ => new(new MemoryStream(Bytes(directory, file * 1000))));
        var root = (await new UnixFsTreeImporter(_store, new UnixFsImportOptions { Profile = Small }).ImportAsync(new UnixFsSource(files), cancellationToken: Token)).Root;

        var (blocks, _) = await WalkFarAwayAsync(root, "export");

        Assert.Equal(await WalkAsync(root, "export"), blocks);
    }

    [Fact]
    public async Task List_ThatEndsEarly_AsksForLittleAndKeepsNothing()
    {
        var root = await AddAsync(500, i => new byte[2000 + i]);
        var link = new FarAway(_store);
        var streaming = StreamAsync(root, "list", link, Window);
        await using (var blocks = streaming.GetAsyncEnumerator(Token))
        {
            var first = blocks.MoveNextAsync().AsTask();
            await link.RunAsync(first);
            Assert.True(await first);
            blocks.Current.Dispose();
        }

        Assert.InRange(link.Asked, 1, 8);
    }

    private async Task<Cid> AddAsync(int count, Func<int, byte[]> content, bool sharded = false)
    {
        var profile = sharded ? Small with { HamtThresholdBytes = 1000 } : Small;
        var files = Enumerable.Range(0, count).Select(i => UnixFsSourceEntry.File($"file-{i:D5}", _ => new(new MemoryStream(content(i)))));
        return (await new UnixFsTreeImporter(_store, new UnixFsImportOptions { Profile = profile }).ImportAsync(new UnixFsSource(files), cancellationToken: Token)).Root;
    }

    private static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>The walk without looking ahead.</summary>
    private async Task<IReadOnlyList<Cid>> WalkAsync(Cid root, string walk) => await CollectAsync(StreamAsync(root, walk, _store, 0));

    private async Task<(IReadOnlyList<Cid> Blocks, int RoundTrips)> WalkFarAwayAsync(Cid root, string walk)
    {
        var link = new FarAway(_store);
        var walking = CollectAsync(StreamAsync(root, walk, link, Window));
        await link.RunAsync(walking);
        return (await walking, link.RoundTrips);
    }

    private static async IAsyncEnumerable<Block> StreamAsync(Cid root, string walk, IBlockSource source, int readAhead)
    {
        var query = EntityQuery.Parse(new BlockStreamRequest { Root = root, Path = "", Walk = walk, DagScope = "all", Ticket = "" });
        var streamer = new EntityStreamer(source, maxTreeDepth: 16, () => readAhead);
        var resolved = await streamer.ResolveAsync(query, Token);
        await foreach (var block in streamer.StreamAsync(resolved, query, Token))
            yield return block;
    }

    private static async Task<IReadOnlyList<Cid>> CollectAsync(IAsyncEnumerable<Block> blocks)
    {
        var cids = new List<Cid>();
        await foreach (var block in blocks)
        {
            using (block)
                cids.Add(block.Cid);
        }

        return cids;
    }

    /// <summary>Answers all that is asked at the moment at once, and counts how often.</summary>
    private sealed class FarAway(IBlockStore store) : IBlockSource
    {
        private readonly ConcurrentQueue<TaskCompletionSource> _waiting = new();
        private int _asked;

        public int RoundTrips { get; private set; }

        public int Asked => _asked;

        public async ValueTask<Block?> GetAsync(Cid cid, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _asked);
            // Continues in here, so that whatever follows from an answer has been asked when it has been given.
            var answer = new TaskCompletionSource();
            _waiting.Enqueue(answer);
            await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return await store.GetAsync(cid, cancellationToken).ConfigureAwait(false);
        }

        public async Task RunAsync(Task until)
        {
            while (!until.IsCompleted)
            {
                var now = _waiting.Count;
                if (now == 0)
                {
                    await Task.Yield();
                    continue;
                }

                RoundTrips++;
                for (; now > 0 && _waiting.TryDequeue(out var answer); now--)
                    answer.SetResult();
            }
        }
    }
}
