using IpfsKit.Grains.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace IpfsKit.Grains.Hosting;

/// <summary>Keeps <see cref="ServiceFile"/>: written after everything in the process has started, removed before anything stops.</summary>
internal sealed class ServiceFileWriter(
    NodeSlot slot, NodeProfile profile, ILocalSiloDetails silo, IOptions<ClusterOptions> cluster, TimeProvider time, IServiceProvider services) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var addresses = services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses;
        new ServiceFile
        {
            ProcessId = Environment.ProcessId,
            PeerId = profile.PeerId.ToString(),
            ClusterId = cluster.Value.ClusterId,
            ServiceId = cluster.Value.ServiceId,
            Gateway = silo.GatewayAddress is { } gateway ? gateway.Endpoint.ToString() : null,
            DataAddress = profile.DataAddress,
            Libp2pAddresses = [.. profile.Libp2pAddresses.Select(address => address.ToString())],
            HttpAddresses = addresses is null ? [] : [.. addresses],
            StartedAt = time.GetUtcNow(),
        }.Write(slot.ServiceFilePath);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        File.Delete(slot.ServiceFilePath);
        return Task.CompletedTask;
    }

    // A left-over of a process that crashed says nothing true about this one.
    public Task StartingAsync(CancellationToken cancellationToken) => StoppingAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
