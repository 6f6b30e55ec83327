using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Libp2p.Hosting;

internal sealed record Libp2pBuilder(IServiceCollection Services) : ILibp2pBuilder
{
    /// <inheritdoc/>
    public bool IsHosted => Services.Any(service => !service.IsKeyedService && service.ImplementationType == typeof(HostedLibp2p));
}
