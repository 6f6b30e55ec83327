using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Persistence.AzureStorage.Hosting;

/// <summary>The storage account that a section of Orleans' configuration names.</summary>
/// <remarks>
/// <para><c>ServiceKey</c> names a client of the SDK among the services, registered under that key; where there is none, the connection string of that name. Else <c>ConnectionString</c> counts, else the connection string that <c>ConnectionName</c>
/// names. The official provider does not look for a connection string under <c>ServiceKey</c>; what Aspire's <c>AddOrleans</c> configures comes with one, so that no further package is needed.</para>
/// <para>A connection string may be the address of the account. Without a signature in it, a <see cref="TokenCredential"/> among the services signs, registered under that name as key or without one.</para>
/// </remarks>
internal static class ConfiguredClient
{
    /// <summary>How long a request may take before it is sent again: grains wait for it, and silos that nobody hears of are taken for dead. With all attempts it is what a call of a grain takes at most by default.</summary>
    internal static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How often a request is sent again.</summary>
    internal const int Retries = 2;

    /// <summary>The client of the tables, or null if the section names none.</summary>
    public static TableServiceClient? Tables(IConfigurationSection section, IServiceProvider services) => Find(
        section,
        services,
        connectionString => new TableServiceClient(connectionString, Bound(new TableClientOptions())),
        (address, credential) => credential is null
            ? new TableServiceClient(address, Bound(new TableClientOptions())) : new TableServiceClient(address, credential, Bound(new TableClientOptions())));

    /// <summary>The client of the blobs, or null if the section names none.</summary>
    public static BlobServiceClient? Blobs(IConfigurationSection section, IServiceProvider services) => Find(
        section,
        services,
        connectionString => new BlobServiceClient(connectionString, Bound(new BlobClientOptions())),
        (address, credential) => credential is null
            ? new BlobServiceClient(address, Bound(new BlobClientOptions())) : new BlobServiceClient(address, credential, Bound(new BlobClientOptions())));

    private static TClient? Find<TClient>(
        IConfigurationSection section, IServiceProvider services, Func<string, TClient> ofConnectionString, Func<Uri, TokenCredential?, TClient> ofAddress)
        where TClient : class
    {
        if (section["ServiceKey"] is { Length: > 0 } key)
        {
            return services.GetKeyedService<TClient>(key) ?? (ConnectionString(key) is { } named
                ? Make("ServiceKey", key, named)
                : throw new OrleansConfigurationException(
                    $"{section.Path}:ServiceKey is '{key}', and there is neither a {typeof(TClient).Name} among the services under that key nor a connection string of that name."));
        }

        if (section["ConnectionString"] is { Length: > 0 } given)
            return Make("ConnectionString", null, given);
        if (section["ConnectionName"] is not { Length: > 0 } name)
            return null;
        return ConnectionString(name) is { } found
            ? Make("ConnectionName", name, found)
            : throw new OrleansConfigurationException($"{section.Path}:ConnectionName is '{name}', and there is no connection string of that name.");

        string? ConnectionString(string of) => services.GetRequiredService<IConfiguration>().GetConnectionString(of) is { Length: > 0 } text ? text : null;

        TClient Make(string setting, string? of, string text)
        {
            try
            {
                return Uri.TryCreate(text, UriKind.Absolute, out var address) ? ofAddress(address, Credential(address, of)) : ofConnectionString(text);
            }
            catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
            {
                // It may hold a key: it is not repeated.
                throw new OrleansConfigurationException($"What {section.Path}:{setting} names is no connection string of Azure Storage: {e.Message}", e);
            }
        }

        TokenCredential? Credential(Uri address, string? of)
        {
            var isSigned = address.Query.Contains("sig=", StringComparison.Ordinal);
            return isSigned ? null : (of is null ? null : services.GetKeyedService<TokenCredential>(of)) ?? services.GetService<TokenCredential>();
        }
    }

    private static TOptions Bound<TOptions>(TOptions options)
        where TOptions : ClientOptions
    {
        options.Retry.NetworkTimeout = RequestTimeout;
        options.Retry.MaxRetries = Retries;
        return options;
    }
}
