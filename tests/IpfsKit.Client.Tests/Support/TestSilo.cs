using IpfsKit.Grains.DataPlane;
using IpfsKit.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace IpfsKit.Client.Tests.Support;

/// <summary>A silo with a node in this process, and a client of it that goes through the Orleans gateway as any service would.</summary>
public sealed class TestSilo : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Action<DataPlaneOptions>? _configure;
    private IHost _silo = null!;
    private IHost _client = null!;

    private TestSilo(Action<DataPlaneOptions>? configure) => _configure = configure;

    public IIpfsKitClient Client => _client.Services.GetRequiredService<IIpfsKitClient>();

    public IServiceProvider ClientServices => _client.Services;

    public IServiceProvider Services => _silo.Services;

    public static async Task<TestSilo> StartAsync(
        Action<DataPlaneOptions>? configure = null, Action<IpfsKitClientOptions>? configureClient = null, Action<IHttpClientBuilder>? configureHttp = null,
        Action<ISiloBuilder>? configureSilo = null)
    {
        var silo = new TestSilo(configure);
        await silo.StartSiloAsync(configureSilo);
        await silo.StartClientAsync(configureClient, configureHttp);
        return silo;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.StopAsync();
        _client.Dispose();
        await _silo.StopAsync();
        _silo.Dispose();
        _directory.Dispose();
    }

    private async Task StartSiloAsync(Action<ISiloBuilder>? configureSilo)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(
        [
            new("IpfsKit:DataDirectory", _directory.Path),
            new("IpfsKit:Libp2p:ListenAddresses:0", "/ip4/127.0.0.1/tcp/0"),
            new("IpfsKit:Exchange:ReadTimeout", "00:00:02"),
        ]);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo =>
        {
            configureSilo?.Invoke(silo);
            silo.UseIpfsKitEmbeddedCluster().AddIpfsKit(options =>
            {
                options.DataPlane.ListenAddress = "127.0.0.1:0";
                _configure?.Invoke(options.DataPlane);
            });
        });
        _silo = builder.Build();
        await _silo.StartAsync();
    }

    private async Task StartClientAsync(Action<IpfsKitClientOptions>? configure, Action<IHttpClientBuilder>? configureHttp)
    {
        var gateway = _silo.Services.GetRequiredService<ILocalSiloDetails>().GatewayAddress.Endpoint;
        var cluster = _silo.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<ClusterOptions>>().Value;
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleansClient(client => client
            .UseStaticClustering(gateway)
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster.ClusterId, cluster.ServiceId)));
        var added = builder.Services.AddIpfsKitClient(configure);
        configureHttp?.Invoke(added.HttpClient);
        _client = builder.Build();
        await _client.StartAsync();
    }
}
