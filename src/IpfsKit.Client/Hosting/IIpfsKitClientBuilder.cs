using Microsoft.Extensions.DependencyInjection;

namespace IpfsKit.Client;

/// <summary>Adds to a registered client.</summary>
public interface IIpfsKitClientBuilder
{
    /// <summary>Where it is registered.</summary>
    IServiceCollection Services { get; }

    /// <summary>The HTTP client that talks to data planes: add handlers, TLS or a proxy here.</summary>
    IHttpClientBuilder HttpClient { get; }
}
