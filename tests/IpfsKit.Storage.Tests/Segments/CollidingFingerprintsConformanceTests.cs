using IpfsKit.Ipld;
using IpfsKit.TestKit.Blocks;
using IpfsKit.TestKit.Files;

namespace IpfsKit.Storage.Tests.Segments;

/// <summary>The same promises with segments so small that everything spans several, reads that come short, and many blocks with one fingerprint.</summary>
public sealed class CollidingFingerprintsConformanceTests : BlockStoreConformanceTests
{
    private readonly FaultFileSystem _files = new(1) { ShortReads = true };

    protected override async ValueTask<IBlockStore> CreateAsync() => await SegmentBlockStore.OpenAsync(
        new SegmentStoreOptions { Directory = "/data", SegmentBytes = 64 << 10, FingerprintMask = 0xFF00_0000_0000_0000 }, _files, cancellationToken: Token);
}
