using System.Net;
using IpfsKit.Client;
using IpfsKit.Grains.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace IpfsKit.Benchmarks.Runner.Read;

/// <summary>A client of one silo-host with default options, as a service would build it.</summary>
internal sealed class ClusterConnection : IAsyncDisposable
{
    private readonly IHost _host;

    private ClusterConnection(IHost host) => _host = host;

    /// <summary>The client.</summary>
    public IIpfsKitClient Client => _host.Services.GetRequiredService<IIpfsKitClient>();

    /// <summary>The grains.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Connects to a service.</summary>
    public static async Task<ClusterConnection> OpenAsync(ServiceFile service)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleansClient(client => client
            .UseStaticClustering(IPEndPoint.Parse(service.Gateway!))
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (service.ClusterId, service.ServiceId)));
        builder.Services.AddIpfsKitClient();
        var host = builder.Build();
        await host.StartAsync();
        return new ClusterConnection(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
