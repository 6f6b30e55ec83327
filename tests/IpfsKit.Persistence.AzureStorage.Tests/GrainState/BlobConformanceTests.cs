using IpfsKit.TestKit.GrainStorage;
using Orleans.Storage;

namespace IpfsKit.Persistence.AzureStorage.Tests.GrainState;

/// <summary>Grain state in blobs as it is set up by default.</summary>
public class BlobConformanceTests(AzureStorage azure) : GrainStorageConformanceTests, IAsyncLifetime
{
    private Storages _storages = null!;

    protected override int LargeTextLength => 4 << 20;

    protected override IGrainStorage Storage => _storages["toys"];

    public async ValueTask InitializeAsync() => _storages = await Storages.OpenBlobsAsync(azure.Blobs, "conformance", Configure);

    public async ValueTask DisposeAsync()
    {
        if (_storages is not null)
            await _storages.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual void Configure(AzureBlobStorageOptions options)
    {
    }
}

/// <summary>Blobs that stay, empty, when they are cleared.</summary>
public sealed class KeepingBlobConformanceTests(AzureStorage azure) : BlobConformanceTests(azure)
{
    protected override bool KeepsETagWhenCleared => true;

    protected override void Configure(AzureBlobStorageOptions options) => options.DeleteStateOnClear = false;
}
