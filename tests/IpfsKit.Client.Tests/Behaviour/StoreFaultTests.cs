using IpfsKit.Client.Tests.Support;
using IpfsKit.Grains;
using IpfsKit.Grains.Hosting;
using IpfsKit.Ipld;
using IpfsKit.Multiformats;
using IpfsKit.Storage.Files;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IpfsKit.Client.Tests.Behaviour;

/// <summary>A silo whose store is full, or has failed: writes say so, reads go on, and its health shows it.</summary>
public sealed class StoreFaultTests : IAsyncDisposable
{
    private const int SegmentBytes = 1 << 20;

    private readonly FailingFileSystem _files = new();
    private TestSilo? _silo;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TestSilo Silo => _silo!;

    public ValueTask DisposeAsync() => _silo?.DisposeAsync() ?? default;

    [Fact]
    public async Task Add_PastTheCapacity_IsStorageFullAndReadsGoOn()
    {
        await StartAsync(8 * SegmentBytes);
        var kept = await AddAsync("kept"u8.ToArray());

        var streamed = await Assert.ThrowsAsync<StorageFullException>(() =>
            Silo.Client.AddStreamAsync(new ForwardStream(TestContent.Bytes(20 * SegmentBytes)), cancellationToken: Cancellation));
        Assert.Equal(8 * SegmentBytes, streamed.LimitBytes);
        // A source that says how long it is is refused before a byte of it is sent.
        await Assert.ThrowsAsync<InsufficientStorageException>(() => AddAsync(TestContent.Bytes(20 * SegmentBytes)));

        Assert.Equal("kept"u8.ToArray(), await ReadAsync(kept));
        Assert.Equal(kept, Assert.Single(await Silo.Client.ListRootsAsync(Cancellation).ToListAsync(Cancellation)).Root);
    }

    [Fact]
    public async Task Store_WhoseDiskFailed_RefusesUploadsReadsOnAndIsUnhealthy()
    {
        await StartAsync(64 * SegmentBytes);
        var kept = await AddAsync("kept"u8.ToArray());
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());

        _files.Fails = true;
        await Assert.ThrowsAnyAsync<IpfsKitException>(() => AddAsync(TestContent.Bytes(1000)));
        _files.Fails = false;

        // A failed sync is final: the store says no before anything is sent.
        var refused = await Assert.ThrowsAsync<NoNodeAvailableException>(() => AddAsync(TestContent.Bytes(2000)));
        Assert.Contains("takes no uploads", refused.Message, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync());
        Assert.Equal("kept"u8.ToArray(), await ReadAsync(kept));
    }

    [Fact]
    public async Task Store_WithoutRoomOnItsDisk_IsDegradedAndRefusesUploads()
    {
        await StartAsync(64 * SegmentBytes, minFreeDiskBytes: long.MaxValue / 2);

        Assert.Equal(HealthStatus.Degraded, await HealthAsync());
        await Assert.ThrowsAsync<InsufficientStorageException>(() => AddAsync(TestContent.Bytes(1000)));
    }

    private async Task StartAsync(long capacityBytes, long minFreeDiskBytes = 0) => _silo = await TestSilo.StartAsync(
        configureClient: options => options.RetryDelay = TimeSpan.Zero,
        configureSilo: silo =>
        {
            silo.Services.AddSingleton<IStorageFileSystem>(_files);
            silo.Services.AddHealthChecks().AddIpfsKitNode();
            silo.Services.Configure<IpfsKitOptions>(options =>
            {
                options.Storage.SegmentBytes = SegmentBytes;
                options.Storage.CapacityBytes = capacityBytes;
                options.Storage.MinFreeDiskBytes = minFreeDiskBytes;
            });
        });

    private async Task<Cid> AddAsync(byte[] content) =>
        (await Silo.Client.AddStreamAsync(new MemoryStream(content), cancellationToken: Cancellation)).Root;

    private async Task<byte[]> ReadAsync(Cid root)
    {
        await using var stream = await Silo.Client.OpenReadAsync(root, Cancellation);
        return await stream.ReadToEndAsync(Cancellation);
    }

    private async Task<HealthStatus> HealthAsync() =>
        (await Silo.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Cancellation)).Status;
}
