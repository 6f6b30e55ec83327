using System.Diagnostics.Tracing;
using IpfsKit.Ipld.Tests.UnixFs.Support;
using IpfsKit.Ipld.UnixFs;

namespace IpfsKit.Ipld.Tests.UnixFs;

public sealed class ImportTests
{
    private const int MiB = 1 << 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_Options_AreCheckedAtOnce()
    {
        Assert.Equal("ChunkBytes", Refused(new() { Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 0 } }));
        Assert.Equal("ChunkBytes", Refused(new() { Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = (2 * MiB) + 1 } }));
        Assert.Equal("ChunkBytes", Refused(new() { Profile = UnixFsProfile.UnixFsV0_2015 with { ChunkBytes = 2 * MiB } }));
        Assert.Equal("LinksPerNode", Refused(new() { Profile = UnixFsProfile.UnixFsV1_2025 with { LinksPerNode = 1 } }));
        Assert.Equal("LinksPerNode", Refused(new() { Profile = UnixFsProfile.UnixFsV1_2025 with { LinksPerNode = 1 << 20 } }));
        Assert.Equal("HamtFanout", Refused(new() { Profile = UnixFsProfile.UnixFsV1_2025 with { HamtFanout = 3 } }));
        Assert.Equal("HamtThresholdBytes", Refused(new() { Profile = UnixFsProfile.UnixFsV1_2025 with { HamtThresholdBytes = -1 } }));
        Assert.Equal("CidVersion", Refused(new() { Profile = UnixFsProfile.UnixFsV1_2025 with { CidVersion = 2 } }));
        Assert.Equal("MaxBlockBytes", Refused(new() { MaxBlockBytes = 0 }));
        Assert.Equal("MaxBatchBytes", Refused(new() { MaxBatchBytes = 0 }));

        // A larger chunk is a matter of allowing larger blocks.
        var large = new UnixFsImportOptions { Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 4 * MiB }, MaxBlockBytes = 4 * MiB };
        var result = await new UnixFsImporter(new NullSink(), large).ImportFileAsync(new PlainStream(5 * MiB), cancellationToken: Cancellation);
        Assert.Equal(3, result.BlockCount);

        static string? Refused(UnixFsImportOptions options) =>
            Assert.Throws<ArgumentOutOfRangeException>(() => new UnixFsImporter(new NullSink(), options)).ParamName;
    }

    [Fact]
    public async Task Import_NodeThatExceedsTheLargestBlock_IsRefusedWithItsSize()
    {
        var options = new UnixFsImportOptions { Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 1, LinksPerNode = 1024, HamtThresholdBytes = 1 }, MaxBlockBytes = 4096 };
        var exception = await Assert.ThrowsAsync<BlockTooLargeException>(
            () => new UnixFsImporter(new NullSink(), options).ImportFileAsync(new MemoryStream(new byte[200]), cancellationToken: Cancellation));
        Assert.Equal(4096, exception.Limit);
        Assert.True(exception.Size > 4096);
    }

    [Theory]
    [InlineData("unixfs-v0-2015")]
    [InlineData("unixfs-v1-2025")]
    public async Task Import_ModeOfASmallFile_IsKeptInADagPbRoot(string profileName)
    {
        Assert.True(UnixFsProfile.TryGet(profileName, out var profile));
        var sink = new TestSource();
        var result = await new UnixFsImporter(sink, new UnixFsImportOptions { Profile = profile })
            .ImportFileAsync(new MemoryStream("test!"u8.ToArray()), 0x1a4, new UnixFsTime(5), Cancellation);
        Assert.Equal(1, result.BlockCount);
        Assert.Equal(profile.CidVersion, result.Root.Version);

        // Type = File, Data, filesize = 5, mode = 0644, mtime = { 5 }.
        Assert.Equal("0a120802" + "12057465737421" + "1805" + "38a403" + "42020805", Convert.ToHexStringLower(sink[result.Root]));
    }

    [Fact]
    public async Task Import_Progress_CountsBytesAndBlocksUpToTheResult()
    {
        var reports = new List<UnixFsProgress>();
        var options = new UnixFsImportOptions
        {
            Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = 1000, LinksPerNode = 10 },
            Progress = new Recorder(reports),
        };
        var result = await new UnixFsImporter(new NullSink(), options).ImportFileAsync(new PlainStream(105_500), cancellationToken: Cancellation);
        Assert.Equal(106 + 11 + 2 + 1, result.BlockCount);
        Assert.Equal(new UnixFsProgress(105_500, result.BlockCount, 1), reports[^1]);
        Assert.Equal(reports, reports.OrderBy(report => report.Bytes).ThenBy(report => report.Blocks).ThenBy(report => report.Entries));
    }

    [Fact]
    public async Task Import_SlowSink_HoldsNoMoreThanItsBounds()
    {
        // The first batch is taken only when the importer has read as far ahead as it surely may: two more batches. The later ones wait for one
        // more: of two that are under way, either may be asked first, and the importer waits for the older.
        const int batch = 4 * MiB;
        const long length = 64 * MiB;
        var (read, taken, most, batches) = (0L, 0L, 0L, 0);
        var content = new PlainStream(length);
        var sink = new NullSink
        {
            BeforePut = async (blocks, token) =>
            {
                var target = Math.Min(length, Math.Max(3L, Interlocked.Increment(ref batches) + 1L) * batch);
                while (Volatile.Read(ref read) < target)
                {
                    token.ThrowIfCancellationRequested();
                    await Task.Yield();
                }

                Interlocked.Add(ref taken, blocks.Sum(block => (long)block.Size));
            },
        };
        content.OnRead = count => most = Math.Max(most, Interlocked.Add(ref read, count) - Volatile.Read(ref taken));
        var options = new UnixFsImportOptions { MaxBatchBytes = batch, MaxHashingBytes = 2 * MiB };
        var result = await new UnixFsImporter(sink, options).ImportFileAsync(content, cancellationToken: Cancellation);
        Assert.Equal(65, result.BlockCount);
        Assert.InRange(most, 3L * batch, (3L * batch) + (2 * MiB) + (3 * MiB));
    }

    [Theory]
    [InlineData("sink fails")]
    [InlineData("stream fails")]
    [InlineData("cancelled")]
    [InlineData("succeeds")]
    public async Task Import_HoweverItEnds_GivesEveryBufferBack(string how)
    {
        // No other test uses chunks of 8 MiB, so these buffers are this test's.
        const int chunk = 8 * MiB;
        using var pool = new PoolWatch(chunk);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var puts = 0;
        var sink = new NullSink
        {
            BeforePut = async (_, token) =>
            {
                await Task.Yield();
                if (++puts < 3)
                    return;
                if (how == "sink fails")
                    throw new StorageFullException("test", "CapacityBytes", 1, 2);
                if (how != "cancelled")
                    return;
                await stop.CancelAsync();
                token.ThrowIfCancellationRequested();
                await Task.Delay(Timeout.Infinite, token);
            },
        };
        Stream content = new PlainStream(100 * MiB);
        if (how == "stream fails")
            content = new BrokenStream(content, 60 * MiB);
        var options = new UnixFsImportOptions
        {
            Profile = UnixFsProfile.UnixFsV1_2025 with { ChunkBytes = chunk },
            MaxBlockBytes = chunk,
            MaxBatchBytes = chunk,
            MaxHashingBytes = 4 * chunk,
        };
        var import = new UnixFsImporter(sink, options).ImportFileAsync(content, cancellationToken: stop.Token);
        switch (how)
        {
            case "sink fails":
                await Assert.ThrowsAsync<StorageFullException>(() => import);
                break;
            case "stream fails":
                await Assert.ThrowsAsync<IOException>(() => import);
                break;
            case "cancelled":
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => import);
                break;
            default:
                await import;
                break;
        }

        Assert.True(pool.Rented > 3);
        Assert.Equal(pool.Rented, pool.Returned);
    }

    private sealed class Recorder(List<UnixFsProgress> reports) : IProgress<UnixFsProgress>
    {
        public void Report(UnixFsProgress value) => reports.Add(value);
    }

    private sealed class BrokenStream(Stream inner, long after) : MemoryStream
    {
        private long _read;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_read >= after)
                throw new IOException("the wire was cut");
            var read = await inner.ReadAsync(buffer, cancellationToken);
            _read += read;
            return read;
        }
    }

    /// <summary>Counts the arrays of one size that go out of the shared pool and come back.</summary>
    private sealed class PoolWatch(int bytes) : EventListener
    {
        private const int RentedEvent = 1;
        private const int ReturnedEvent = 3;
        private readonly Lock _lock = new();

        public int Rented { get; private set; }

        public int Returned { get; private set; }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
                EnableEvents(eventSource, EventLevel.Verbose);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventId is not (RentedEvent or ReturnedEvent) || (int)eventData.Payload![1]! != bytes)
                return;
            lock (_lock)
            {
                if (eventData.EventId == RentedEvent)
                    Rented++;
                else
                    Returned++;
            }
        }
    }
}
