using System.Net;
using System.Net.Sockets;
using IpfsKit.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IpfsKit.Persistence.AzureStorage.Tests.Hosting;

/// <summary>Silos and a client in hosts of their own over real sockets, set up by nothing but Orleans' configuration.</summary>
internal sealed class ToyHosts : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, string?> _clustering;
    private readonly Dictionary<string, string?> _storage;
    private readonly Action<IServiceCollection> _configure;
    private readonly Dictionary<string, IHost> _hosts = [];

    public ToyHosts(Dictionary<string, string?> clustering, Dictionary<string, string?> storage, Action<IServiceCollection>? configure = null) =>
        (_clustering, _storage, _configure) = (clustering, storage, configure ?? (_ => { }));

    public async Task StartSiloAsync(string name)
    {
        var builder = NewBuilder(_clustering, _storage);
        var (silo, gateway) = (FreePort(), FreePort());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Orleans:Name"] = name,
            ["Orleans:Endpoints:AdvertisedIPAddress"] = "127.0.0.1",
            ["Orleans:Endpoints:SiloPort"] = $"{silo}",
            ["Orleans:Endpoints:GatewayPort"] = $"{gateway}",
        });
        builder.UseOrleans();
        await StartAsync(name, builder);
    }

    public async Task<IClusterClient> StartClientAsync()
    {
        var builder = NewBuilder(_clustering);
        builder.UseOrleansClient(client => client.Configure<Orleans.Configuration.GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1)));
        await StartAsync("client", builder);
        return _hosts["client"].Services.GetRequiredService<IClusterClient>();
    }

    public async Task StopAsync(string name)
    {
        Assert.True(_hosts.Remove(name, out var host));
        using var patience = new CancellationTokenSource(StopTimeout);
        await host.StopAsync(patience.Token);
        host.Dispose();
    }

    public T Service<T>(string name)
        where T : notnull => _hosts[name].Services.GetRequiredService<T>();

    /// <summary>Waits until a silo knows this many active ones.</summary>
    public Task SeesAsync(string name, int silos) => Eventually.TrueAsync(
        $"silo {name} sees {silos}",
        async () => (await Service<IGrainFactory>(name).GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Count == silos,
        TimeSpan.FromSeconds(30),
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _hosts.Keys.OrderBy(name => name == "client" ? 0 : 1).ToArray())
            await StopAsync(name);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task StartAsync(string name, HostApplicationBuilder builder)
    {
        var host = builder.Build();
        try
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            _hosts.Add(name, host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private HostApplicationBuilder NewBuilder(params IEnumerable<Dictionary<string, string?>> settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        foreach (var some in settings)
            builder.Configuration.AddInMemoryCollection(some);
        builder.Logging.ClearProviders();
        _configure(builder.Services);
        return builder;
    }
}
