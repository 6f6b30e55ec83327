using IpfsKit.Persistence.PostgreSql.Schema;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Storage;

namespace IpfsKit.Persistence.PostgreSql.Hosting;

/// <summary>Before anything else of the silo starts: the schema of every PostgreSQL database that its clustering and its grain storages use.</summary>
internal sealed class SchemaLifecycle(
    SchemaInstaller installer, IServiceCollection services, IOptions<AdoNetClusteringSiloOptions> clustering, IOptionsMonitor<AdoNetGrainStorageOptions> storages) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>The provider of ADO.NET by which Orleans names this database.</summary>
    private const string Invariant = "Npgsql";

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(SchemaLifecycle), ServiceLifecycleStage.First, InstallAsync);

    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        foreach (var database in ConnectionStrings().Distinct(StringComparer.Ordinal))
            await installer.InstallAsync(database, cancellationToken).ConfigureAwait(false);
    }

    private IEnumerable<string> ConnectionStrings()
    {
        if (clustering.Value is { Invariant: Invariant, ConnectionString: { Length: > 0 } members })
            yield return members;
        foreach (var name in services.Where(service => service.ServiceType == typeof(IGrainStorage)).Select(service => service.ServiceKey).OfType<string>())
        {
            if (storages.Get(name) is { Invariant: Invariant, ConnectionString: { Length: > 0 } state })
                yield return state;
        }
    }
}
