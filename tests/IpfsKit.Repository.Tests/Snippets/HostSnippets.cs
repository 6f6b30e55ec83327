using System.Text.Json.Serialization;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using IpfsKit.Client;
using IpfsKit.Client.Testing;
using IpfsKit.Grains.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;

namespace IpfsKit.Repository.Tests.Snippets;

/// <summary>Examples of the documents that register things.</summary>
internal static class HostSnippets
{
    public static void Client(HostApplicationBuilder builder)
    {
        // <snippet: README.md>
        builder.UseOrleansClient();                 // standard Orleans configuration
        builder.Services.AddIpfsKitClient(_ => { });
        // </snippet>

        // <snippet: src/IpfsKit.Client/README.md>
        builder.UseOrleansClient();
        builder.Services.AddIpfsKitClient();
        // </snippet>
    }

    public static void Silo(HostApplicationBuilder builder)
    {
        // <snippet: README.md>
        builder.UseOrleans(silo => silo.UseIpfsKitEmbeddedCluster().AddIpfsKit(options => options.DataDirectory = "/var/lib/ipfskit"));
        // </snippet>

        // <snippet: src/IpfsKit.Grains/README.md>
        builder.UseOrleans(silo => silo.AddIpfsKit());
        // </snippet>
    }

    public static void Redis(IHostApplicationBuilder builder)
    {
        // <snippet: src/IpfsKit.Persistence.Redis/README.md>
        builder.UseOrleans(silo => silo.AddIpfsKitRedis().AddIpfsKit());
        builder.UseOrleansClient(client => client.AddIpfsKitRedis());
        // </snippet>
    }

    public static void PostgreSql(IHostApplicationBuilder builder)
    {
        // <snippet: src/IpfsKit.Persistence.PostgreSql/README.md>
        builder.UseOrleans(silo => silo.AddIpfsKitPostgreSql().AddIpfsKit());
        // </snippet>
    }

    public static void Azure(ISiloBuilder siloBuilder, IClientBuilder clientBuilder, TableServiceClient tables, BlobServiceClient blobs)
    {
        // <snippet: src/IpfsKit.Persistence.AzureStorage/README.md>
        siloBuilder.UseAzureStorageClustering(options => options.TableServiceClient = tables);
        siloBuilder.AddAzureBlobGrainStorage("content", options => options.BlobServiceClient = blobs);
        siloBuilder.AddAzureTableGrainStorage("other", options => options.TableServiceClient = tables);
        clientBuilder.UseAzureStorageClustering(options => options.TableServiceClient = tables);
        // </snippet>
    }

    public static void GrainState(ISiloBuilder siloBuilder)
    {
        // <snippet: src/IpfsKit.Persistence.Sqlite/README.md>
        siloBuilder.AddSqliteGrainStorage("Default", options => options.DatabasePath = "grains.db");
        // </snippet>
    }

    public static void Serializer(IServiceCollection services)
    {
        // <snippet: src/IpfsKit.Persistence.Sqlite/README.md>
        services.AddKeyedSingleton<IGrainStorageSerializer>("Default", (_, _) => new VersionedGrainStateSerializer(MyJsonContext.Default));
        // </snippet>
    }

    public static void Testing(IServiceCollection services)
    {
        // <snippet: src/IpfsKit.Client.Testing/README.md>
        services.AddSingleton<IIpfsKitClient>(new InMemoryIpfsKitClient());
        // </snippet>
    }
}

/// <summary>A reader's own context.</summary>
[JsonSerializable(typeof(int))]
internal sealed partial class MyJsonContext : JsonSerializerContext;
