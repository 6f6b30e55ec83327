using IpfsKit.Grains.Serialization;
using IpfsKit.TestKit;
using IpfsKit.TestKit.GrainStorage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace IpfsKit.Persistence.Sqlite.Tests;

/// <summary>The storage in a file, held to what all storages are held to.</summary>
public sealed class SqliteConformanceTests : GrainStorageConformanceTests, IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private SiloServices? _services;
    private IGrainStorage? _storage;

    protected override IGrainStorage Storage => _storage!;

    public async ValueTask InitializeAsync()
    {
        _services = SiloServices.OfSilo("storage", silo =>
        {
            silo.UseLocalhostClustering().AddSqliteGrainStorage("conformance", options => options.DatabasePath = _directory.Combine("grains.db"));
            silo.Services.AddKeyedSingleton<IGrainStorageSerializer>("conformance", new VersionedGrainStateSerializer());
        });
        _storage = await _services.StartStorageAsync("conformance", Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
        _directory.Dispose();
    }
}
