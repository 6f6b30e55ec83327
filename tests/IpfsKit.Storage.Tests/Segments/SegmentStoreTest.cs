using IpfsKit.Ipld;
using IpfsKit.TestKit.Files;
using Microsoft.Extensions.Time.Testing;

namespace IpfsKit.Storage.Tests.Segments;

/// <summary>A store over a file system in memory, with nothing happening by itself unless a test asks for it.</summary>
public abstract class SegmentStoreTest : IAsyncDisposable
{
    private readonly List<SegmentBlockStore> _stores = [];

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected FaultFileSystem Files { get; } = new(1);

    protected FakeTimeProvider Time { get; } = new();

    protected async Task<SegmentBlockStore> OpenAsync(Action<SegmentStoreOptions>? configure = null)
    {
        var options = new SegmentStoreOptions
        {
            Directory = "/data",
            SegmentBytes = 64 << 10,
            AutomaticMaintenance = false,
            CompactionBytesPerSecond = 0,
            ScrubBytesPerSecond = 0,
            MinFreeDiskBytes = 0,
        };
        configure?.Invoke(options);
        var store = await SegmentBlockStore.OpenAsync(options, Files, Time, cancellationToken: Token);
        _stores.Add(store);
        return store;
    }

    /// <summary>Loses power and opens the store again.</summary>
    protected async Task<SegmentBlockStore> CrashAndOpenAsync(SegmentBlockStore store)
    {
        Files.Crash();
        await store.DisposeAsync();
        Files.Restart();
        return await OpenAsync();
    }

    protected static async Task AssertHasAsync(SegmentBlockStore store, params IEnumerable<Block> blocks)
    {
        foreach (var block in blocks)
        {
            using var found = await store.GetAsync(block.Cid, Token);
            Assert.NotNull(found);
            Assert.True(found.Data.Span.SequenceEqual(block.Data.Span));
        }
    }

    protected string[] SegmentFiles() => [.. Files.ListFiles("/data").Where(name => name.EndsWith(".dat", StringComparison.Ordinal)).Order().Select(name => "/data/" + name)];

    protected string TheFile(string prefix) => "/data/" + Files.ListFiles("/data").Single(name => name.StartsWith(prefix, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
            await store.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
