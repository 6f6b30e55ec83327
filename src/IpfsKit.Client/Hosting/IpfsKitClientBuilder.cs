using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Client;

internal sealed record IpfsKitClientBuilder(IServiceCollection Services, IHttpClientBuilder HttpClient) : IIpfsKitClientBuilder;
