using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Storage;

namespace IpfsKit.TestKit;

/// <summary>The providers of a silo or client as its configuration makes them, without the silo: nothing listens, nobody joins.</summary>
public sealed class SiloServices : IAsyncDisposable
{
    private readonly IHost _host;
    private SiloLifecycleSubject? _started;

    private SiloServices(IHost host) => _host = host;

    /// <summary>The membership table, not initialized.</summary>
    public IMembershipTable Membership => _host.Services.GetRequiredService<IMembershipTable>();

    /// <summary>The gateways, not initialized.</summary>
    public IGatewayListProvider Gateways => _host.Services.GetRequiredService<IGatewayListProvider>();

    /// <summary>Those of a silo.</summary>
    /// <param name="clusterId">Its cluster and its service.</param>
    /// <param name="configure">Its providers.</param>
    public static SiloServices OfSilo(string clusterId, Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleans(silo =>
        {
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (clusterId, clusterId));
            configure(silo);
        });
        return new SiloServices(builder.Build());
    }

    /// <summary>Those of a client.</summary>
    public static SiloServices OfClient(string clusterId, Action<IClientBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (clusterId, clusterId));
            configure(client);
        });
        return new SiloServices(builder.Build());
    }

    /// <summary>A grain storage, as it is when grains can be called.</summary>
    public async Task<IGrainStorage> StartStorageAsync(string name, CancellationToken cancellationToken)
    {
        var storage = _host.Services.GetRequiredKeyedService<IGrainStorage>(name);
        _started = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        if (storage is ILifecycleParticipant<ISiloLifecycle> participant)
            participant.Participate(_started);
        await _started.OnStart(cancellationToken);
        return storage;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_started is not null)
            await _started.OnStop(CancellationToken.None);
        if (_host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }
}
