using Azure.Data.Tables;
using Azure.Storage.Blobs;
using IpfsKit.TestKit.Services;

namespace IpfsKit.Persistence.AzureStorage.Tests;

/// <summary>One Azurite for all tests of the assembly. Tests have tables, containers or keys of their own.</summary>
public sealed class AzureStorage : IAsyncLifetime
{
    private AzuriteProcess? _azurite;

    /// <summary>The account's connection string; skips the test where Azurite cannot run.</summary>
    public string ConnectionString
    {
        get
        {
            Assert.SkipWhen(_azurite is null, AzuriteProcess.Missing ?? "");
            return _azurite!.ConnectionString;
        }
    }

    public TableServiceClient Tables => new(ConnectionString);

    public BlobServiceClient Blobs => new(ConnectionString);

    public async ValueTask InitializeAsync()
    {
        if (AzuriteProcess.Missing is null)
            _azurite = await AzuriteProcess.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
            await _azurite.DisposeAsync();
    }

    /// <summary>A name for a table that nobody has.</summary>
    public static string NewTableName() => $"t{Guid.NewGuid():N}";

    /// <summary>A name for a container that nobody has.</summary>
    public static string NewContainerName() => $"c{Guid.NewGuid():N}";
}
