using IpfsKit.TestKit.GrainStorage;
using Orleans.Storage;

namespace IpfsKit.Persistence.AzureStorage.Tests.GrainState;

/// <summary>Grain state in a table as it is set up by default: bytes, and rows that stay when they are cleared.</summary>
public class TableConformanceTests(AzureStorage azure) : GrainStorageConformanceTests, IAsyncLifetime
{
    private Storages _storages = null!;

    protected override bool KeepsETagWhenCleared => true;

    protected override int LargeTextLength => 900 << 10;

    protected override IGrainStorage Storage => _storages["toys"];

    public async ValueTask InitializeAsync() => _storages = await Storages.OpenTableAsync(azure.Tables, "conformance", Configure);

    public async ValueTask DisposeAsync()
    {
        if (_storages is not null)
            await _storages.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual void Configure(AzureTableStorageOptions options)
    {
    }
}

/// <summary>Rows that go when they are cleared.</summary>
public sealed class DeletingTableConformanceTests(AzureStorage azure) : TableConformanceTests(azure)
{
    protected override bool KeepsETagWhenCleared => false;

    protected override void Configure(AzureTableStorageOptions options) => options.DeleteStateOnClear = true;
}

/// <summary>Text.</summary>
public sealed class TextTableConformanceTests(AzureStorage azure) : TableConformanceTests(azure)
{
    protected override int LargeTextLength => 450 << 10;

    protected override void Configure(AzureTableStorageOptions options) => options.UseStringFormat = true;
}
