using Microsoft.Extensions.Hosting;

namespace IpfsKit.Libp2p.Hosting;

/// <summary>Starts and stops the libp2p host with the .NET one.</summary>
internal sealed class HostedLibp2p(ILibp2pHost host) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => host.StartAsync(cancellationToken);

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => host.StopAsync(cancellationToken);
}
