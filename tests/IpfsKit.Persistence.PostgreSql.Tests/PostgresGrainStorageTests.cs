using IpfsKit.Grains.Serialization;
using IpfsKit.TestKit;
using IpfsKit.TestKit.GrainStorage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace IpfsKit.Persistence.PostgreSql.Tests;

/// <summary>Orleans' grain storage over our schema, clearing rows or deleting them.</summary>
public abstract class PostgresGrainStorageTests(PostgresFixture postgres, bool deletes) : GrainStorageConformanceTests, IAsyncLifetime
{
    private SiloServices? _services;
    private IGrainStorage? _storage;

    protected override IGrainStorage Storage => _storage!;

    protected override bool ObservesCancellation => false;

    protected override bool RefusesToClearWithoutETag => false;

    protected override bool KeepsETagWhenCleared => !deletes;

    // The provider tells states apart by name and key and not by the type of the grain, which is why no two of our grains name their states alike. And what looks like a hexadecimal number is one.
    protected override IEnumerable<(string Name, GrainId Grain)> DistinctKeys =>
        [("toy", Grain("xy")), ("ytoy", Grain("x")), ("toy", Grain("XY")), ("Toy", Grain("xy")), ("toy", Grain("x y"))];

    // It fails over curly brackets when it logs.
    protected override IEnumerable<string> OddKeys => base.OddKeys.Where(static key => !key.Contains('{', StringComparison.Ordinal));

    protected override string NameInErrors(GrainId grain) => $"GrainId={grain.Key}";

    public async ValueTask InitializeAsync()
    {
        var database = await postgres.SharedDatabaseAsync();
        _services = SiloServices.OfSilo($"storage-{Guid.NewGuid():N}", silo =>
        {
            silo.UseLocalhostClustering().AddAdoNetGrainStorage("conformance", options =>
            {
                options.Invariant = "Npgsql";
                options.ConnectionString = database;
                options.DeleteStateOnClear = deletes;
            });
            silo.Services.AddKeyedSingleton<IGrainStorageSerializer>("conformance", new VersionedGrainStateSerializer());
        });
        _storage = await _services.StartStorageAsync("conformance", Token);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_services is not null)
            await _services.DisposeAsync();
    }

    public sealed class Deleting(PostgresFixture postgres) : PostgresGrainStorageTests(postgres, deletes: true);

    public sealed class Clearing(PostgresFixture postgres) : PostgresGrainStorageTests(postgres, deletes: false);
}
