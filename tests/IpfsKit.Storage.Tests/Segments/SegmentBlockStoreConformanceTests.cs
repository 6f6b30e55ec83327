using IpfsKit.Ipld;
using IpfsKit.TestKit;
using IpfsKit.TestKit.Blocks;

namespace IpfsKit.Storage.Tests.Segments;

public sealed class SegmentBlockStoreConformanceTests : BlockStoreConformanceTests
{
    private readonly TemporaryDirectory _directory = new();

    protected override async ValueTask<IBlockStore> CreateAsync() =>
        await SegmentBlockStore.OpenAsync(new SegmentStoreOptions { Directory = _directory.Combine("blocks") }, cancellationToken: Token);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _directory.Dispose();
    }
}
