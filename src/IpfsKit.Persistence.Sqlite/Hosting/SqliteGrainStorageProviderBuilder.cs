using IpfsKit.Persistence.Sqlite.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Storage;

[assembly: RegisterProvider("Sqlite", "GrainStorage", "Silo", typeof(SqliteGrainStorageProviderBuilder))]

namespace IpfsKit.Persistence.Sqlite.Hosting;

/// <summary>Makes <c>Orleans:GrainStorage:&lt;name&gt;:ProviderType=Sqlite</c> work.</summary>
/// <remarks>
/// Beside it stand the settings of <see cref="SqliteGrainStorageOptions"/> by their names, and <c>SerializerKey</c>. The file is <c>DatabasePath</c>, or the data source of
/// <c>ConnectionString</c>, or of the connection string that <c>ConnectionName</c> or <c>ServiceKey</c> names.
/// </remarks>
internal sealed class SqliteGrainStorageProviderBuilder : IProviderBuilder<ISiloBuilder>
{
    /// <inheritdoc/>
    public void Configure(ISiloBuilder builder, string? name, IConfigurationSection configurationSection) =>
        builder.AddSqliteGrainStorage(name!, options => options.Configure<IServiceProvider>((storage, services) =>
        {
            configurationSection.Bind(storage);
            if (ConnectionString(configurationSection, services) is { Length: > 0 } connection)
                storage.DatabasePath = new SqliteConnectionStringBuilder(connection).DataSource;
            if (configurationSection["SerializerKey"] is { Length: > 0 } key)
                storage.GrainStorageSerializer = services.GetRequiredKeyedService<IGrainStorageSerializer>(key);
        }));

    private static string? ConnectionString(IConfigurationSection section, IServiceProvider services)
    {
        if (section["ConnectionString"] is { Length: > 0 } connection)
            return connection;
        return (section["ConnectionName"] ?? section["ServiceKey"]) is { Length: > 0 } name
            ? services.GetRequiredService<IConfiguration>().GetConnectionString(name)
            : null;
    }
}
