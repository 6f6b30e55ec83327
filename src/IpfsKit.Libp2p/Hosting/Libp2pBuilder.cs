using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Libp2p.Hosting;

internal sealed record Libp2pBuilder(IServiceCollection Services) : ILibp2pBuilder;
