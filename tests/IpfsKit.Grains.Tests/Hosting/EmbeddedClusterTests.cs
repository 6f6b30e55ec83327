using System.Net;
using System.Text.Json;
using IpfsKit.Grains.DataPlane;
using IpfsKit.Grains.Hosting;
using IpfsKit.Grains.Nodes;
using IpfsKit.Grains.Tests.Support;
using IpfsKit.TestKit.Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace IpfsKit.Grains.Tests.Hosting;

/// <summary>Hosts as a user would build them, with real ports and files.</summary>
public sealed class EmbeddedClusterTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("ipfskit-embedded-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoSilos_WithNothingConfigured_JustStartBesideEachOther()
    {
        using var first = Build();
        using var second = Build();
        await first.StartAsync(Token);
        await second.StartAsync(Token);

        var (a, b) = (Service(0), Service(1));
        Assert.NotEqual(a.PeerId, b.PeerId);
        Assert.NotEqual(a.Gateway, b.Gateway);
        Assert.NotEqual(a.DataAddress, b.DataAddress);
        Assert.Equal((Environment.ProcessId, "default", "default"), (a.ProcessId, a.ClusterId, a.ServiceId));
        Assert.Equal(NodeRole.Master, first.Services.GetRequiredService<IpfsNode>().Profile.Role);
        Assert.Single(await first.Services.GetRequiredService<IGrainFactory>().GetGrain<INodeDirectoryGrain>(0).ListNodesAsync(Token));

        await second.StopAsync(Token);
        await first.StopAsync(Token);
        Assert.False(File.Exists(Path.Combine(_data.FullName, "slot-0", "service.json")));
        Assert.False(File.Exists(Path.Combine(_data.FullName, "slot-1", "service.json")));
    }

    [Fact]
    public async Task Client_FindsTheSiloByItsServiceFile()
    {
        using var silo = Build();
        await silo.StartAsync(Token);
        var service = Service(0);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.UseOrleansClient(client => client.UseStaticClustering(IPEndPoint.Parse(service.Gateway!)).Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = service.ClusterId;
            cluster.ServiceId = service.ServiceId;
        }));
        using var client = builder.Build();
        await client.StartAsync(Token);

        var stats = await client.Services.GetRequiredService<IClusterClient>().GetGrain<INodeGrain>(service.PeerId).GetStatsAsync(Token);

        Assert.Equal(service.PeerId, stats.Node.ToString());
        await client.StopAsync(Token);
        await silo.StopAsync(Token);
    }

    [Fact]
    public async Task Lifecycle_RunsTheDataPlaneWhileTheSiloIsActive()
    {
        using var silo = Build();
        var plane = (FakeDataPlane)silo.Services.GetRequiredService<IDataPlane>();
        var node = silo.Services.GetRequiredService<IpfsNode>();
        Assert.False(plane.IsRunning);
        Assert.Throws<InvalidOperationException>(() => node.Storage);
        await silo.StartAsync(Token);
        Assert.True(plane.IsRunning);
        Assert.NotNull(node.Storage);
        await silo.StopAsync(Token);
        Assert.False(plane.IsRunning);
        Assert.Throws<InvalidOperationException>(() => node.Storage);
    }

    [Fact]
    public async Task Ports_ThatAreConfigured_AreKept()
    {
        using var claim = PortClaim.Acquire(31_900);
        var free = claim.Port;
        using var silo = Build(("Orleans:Endpoints:GatewayPort", $"{free}"), ("Orleans:ClusterId", "mine"));
        await silo.StartAsync(Token);

        Assert.Equal(($"127.0.0.1:{free}", "mine"), (Service(0).Gateway, Service(0).ClusterId));
        await silo.StopAsync(Token);
    }

    [Fact]
    public void AddIpfsKit_Twice_AddsTheSettingsOnly()
    {
        using var silo = Build(silo => silo.AddIpfsKit(options => options.Zone = "first").AddIpfsKit(options => options.Zone = "second"));

        Assert.Equal("second", silo.Services.GetRequiredService<IOptions<IpfsKitOptions>>().Value.Zone);
        Assert.Single(silo.Services.GetServices<ILifecycleParticipant<ISiloLifecycle>>().OfType<IpfsNodeLifecycle>());
        Assert.Single(silo.Services.GetServices<IHostedService>().OfType<ServiceFileWriter>());
    }

    [Fact]
    public async Task Start_WithAnInvalidSetting_NamesIt()
    {
        using var silo = Build(("IpfsKit:Heat:MaxConcurrentReports", "0"));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => silo.StartAsync(Token));
        Assert.Contains("IpfsKit:Heat:MaxConcurrentReports = '0'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithPortsOpenToOthers_NeedsATrustedNetworkOrTls()
    {
        using (var silo = Build(("Orleans:Endpoints:AdvertisedIPAddress", "192.0.2.1")))
        {
            var exception = await Assert.ThrowsAnyAsync<Exception>(() => silo.StartAsync(Token));
            Assert.Contains("192.0.2.1", exception.Message, StringComparison.Ordinal);
            Assert.Contains("IpfsKit:Cluster:TrustedNetwork", exception.Message, StringComparison.Ordinal);
        }

        using var authority = new TestAuthority(_data.FullName, "cluster");
        foreach (var setting in new[] { ("IpfsKit:Cluster:TrustedNetwork", "true"), ("IpfsKit:Cluster:Tls:CertificatePath", authority.Issue("silo")) })
        {
            using var silo = Build(("Orleans:Endpoints:AdvertisedIPAddress", "192.0.2.1"), ("IpfsKit:Cluster:Tls:CertificatePassword", TestAuthority.Password), setting);
            silo.Services.GetServices<IConfigurationValidator>().OfType<ClusterEndpointsValidator>().Single().ValidateConfiguration();
        }
    }

    [Fact]
    public async Task Start_WithACertificateThatIsNotThere_NamesIt()
    {
        using var silo = Build(("IpfsKit:Cluster:Tls:CertificatePath", "/nowhere/silo.pfx"));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => silo.StartAsync(Token));
        Assert.Contains("IpfsKit:Cluster:Tls:CertificatePath = '/nowhere/silo.pfx' cannot be used", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Delete(recursive: true);

    private IHost Build(params (string Setting, string Value)[] settings) => Build(static silo => silo.AddIpfsKit(), settings);

    private IHost Build(Action<ISiloBuilder> configure, params (string Setting, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings.Append(("IpfsKit:DataDirectory", _data.FullName)).Select(setting => new KeyValuePair<string, string?>(setting.Item1, setting.Item2)));
        builder.Services.AddSingleton<IDataPlane, FakeDataPlane>();
        builder.UseOrleans(silo =>
        {
            silo.UseIpfsKitEmbeddedCluster();
            configure(silo);
        });
        return builder.Build();
    }

    private ServiceFile Service(int slot) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(_data.FullName, $"slot-{slot}", "service.json")), ServiceFileJson.Default.ServiceFile)!;
}
