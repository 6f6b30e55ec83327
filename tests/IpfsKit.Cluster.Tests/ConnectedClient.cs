using System.Net;
using IpfsKit.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace IpfsKit.Cluster.Tests;

/// <summary>A client of one silo-host, as a service would build it.</summary>
internal sealed class ConnectedClient : IAsyncDisposable
{
    private readonly IHost _host;

    private ConnectedClient(IHost host) => _host = host;

    public IIpfsKitClient Client => _host.Services.GetRequiredService<IIpfsKitClient>();

    public IGrainFactory Grains => _host.Services.GetRequiredService<IClusterClient>();

    /// <param name="service">The host.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="unreachable">An address of a data plane that this client cannot reach, as behind a firewall; nor does it read blocks through Orleans then.</param>
    /// <param name="settings">More of its configuration, as environment variables have it.</param>
    public static async Task<ConnectedClient> ConnectAsync(ServiceFile service, CancellationToken cancellationToken, Uri? unreachable = null, params IEnumerable<(string Name, string Value)> settings)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name.Replace("__", ":", StringComparison.Ordinal), (string?)setting.Value)));
        builder.UseOrleansClient(client => client
            .UseStaticClustering(IPEndPoint.Parse(service.Gateway))
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (service.ClusterId, service.ServiceId)));
        var added = builder.Services.AddIpfsKitClient(options => options.AllowGrainFallback = unreachable is null);
        if (unreachable is not null)
            added.HttpClient.AddHttpMessageHandler(() => new Firewall(unreachable));
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new ConnectedClient(host);
    }

    /// <summary>A client of a cluster by configuration alone.</summary>
    /// <param name="settings">As environment variables have them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ConnectedClient> ConnectAsync(IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key.Replace("__", ":", StringComparison.Ordinal), (string?)setting.Value)));
        builder.UseOrleansClient(client => client.AddIpfsKitRedis());
        builder.Services.AddIpfsKitClient();
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new ConnectedClient(host);
    }

    public async ValueTask DisposeAsync()
    {
        // The silo may be dead: the client's own shutdown must not wait for it.
        using var promptly = new CancellationTokenSource(TimeSpan.Zero);
        try
        {
            await _host.StopAsync(promptly.Token);
        }
        catch (OperationCanceledException)
        {
            // As asked for.
        }

        _host.Dispose();
    }

    private sealed class Firewall(Uri unreachable) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => request.RequestUri?.Authority == unreachable.Authority
            ? throw new HttpRequestException(HttpRequestError.ConnectionError, $"{unreachable} cannot be reached.")
            : base.SendAsync(request, cancellationToken);
    }
}
