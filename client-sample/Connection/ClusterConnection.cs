using System.Net;
using Azure.Core;
using Azure.Identity;
using IpfsKit.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Runtime.Messaging;

namespace IpfsKit.ClientSample.Connection;

/// <summary>An Orleans client in a host of its own, as any service would have it.</summary>
internal sealed class ClusterConnection : IAsyncDisposable
{
    private const string DefaultGateway = "127.0.0.1:30000";

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly IHost _host;

    private ClusterConnection(IHost host) => _host = host;

    /// <summary>The client.</summary>
    public IIpfsKitClient Client => _host.Services.GetRequiredService<IIpfsKitClient>();

    /// <summary>Connects to where the user says; else to what <c>Orleans:*</c> configures; else to the service of this machine.</summary>
    /// <exception cref="ServiceNotFoundException">Nothing answers.</exception>
    public static async Task<ClusterConnection> OpenAsync(ConnectionTarget target, CancellationToken cancellationToken)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true).AddEnvironmentVariables();
        builder.Logging.SetMinimumLevel(LogLevel.None);
        var where = Configure(builder, target);
        builder.Services.AddIpfsKitClient();
        // Made when a storage account is configured by its address alone.
        builder.Services.AddSingleton<TokenCredential>(_ => new DefaultAzureCredential());
        var host = builder.Build();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(ConnectTimeout);
        try
        {
            // A gateway of another cluster takes the connection and never answers, and Orleans would try for minutes.
            await host.StartAsync(patience.Token).WaitAsync(patience.Token);
            return new ClusterConnection(host);
        }
        catch (Exception e) when (IsNoAnswer(e) && !cancellationToken.IsCancellationRequested)
        {
            host.Dispose();
            throw new ServiceNotFoundException(
                $"No IpfsKit service answers at {where}. Start one with: dotnet run -c Release --project silo-host", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The cluster may be gone; leaving must not wait for it.
        using var patience = new CancellationTokenSource(StopTimeout);
        try
        {
            await _host.StopAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // Gone without a farewell.
        }

        _host.Dispose();
    }

    private static bool IsNoAnswer(Exception exception) =>
        exception is SiloUnavailableException or ConnectionFailedException or OrleansMessageRejectionException or TimeoutException or OperationCanceledException;

    private static string Configure(HostApplicationBuilder builder, ConnectionTarget target)
    {
        if (target is { Gateway: null, DataDirectory: null } && builder.Configuration.GetSection("Orleans:Clustering").Exists())
        {
            builder.UseOrleansClient(client => client.AddIpfsKitRedis());
            return "the cluster that Orleans:Clustering configures";
        }

        var (gateway, clusterId, serviceId) = Locate(target);
        if (!IPEndPoint.TryParse(gateway, out var endpoint))
            throw new FormatException($"'{gateway}' is not a gateway of the form address:port.");
        builder.UseOrleansClient(client => client
            .UseStaticClustering(endpoint)
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (clusterId, serviceId)));
        return gateway;
    }

    private static (string Gateway, string ClusterId, string ServiceId) Locate(ConnectionTarget target)
    {
        if (target.Gateway is { } gateway)
            return (gateway, target.ClusterId ?? ClusterOptions.DefaultClusterId, target.ServiceId ?? ClusterOptions.DefaultServiceId);
        var directory = target.DataDirectory ?? ServiceFile.DefaultDataDirectory;
        if (ServiceFile.FindRunning(directory).FirstOrDefault() is { } service)
            return (service.Gateway!, service.ClusterId, service.ServiceId);
        if (target.DataDirectory is not null)
            throw new ServiceNotFoundException($"No IpfsKit service runs with the data directory '{directory}'.");
        return (DefaultGateway, target.ClusterId ?? ClusterOptions.DefaultClusterId, target.ServiceId ?? ClusterOptions.DefaultServiceId);
    }
}
