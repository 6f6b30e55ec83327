using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace IpfsKit.Grains.Hosting;

/// <summary>Refuses to open Orleans' ports, which authenticate nobody, to a network of which nobody said that it is private.</summary>
internal sealed class ClusterEndpointsValidator(IOptions<EndpointOptions> endpoints, IOptions<IpfsKitOptions> options) : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        if (options.Value.Cluster.TrustedNetwork)
            return;
        var ports = endpoints.Value;
        Check("SiloListeningEndpoint", ports.SiloListeningEndpoint ?? new IPEndPoint(ports.AdvertisedIPAddress, ports.SiloPort));
        if (ports.GatewayPort != 0)
            Check("GatewayListeningEndpoint", ports.GatewayListeningEndpoint ?? new IPEndPoint(ports.AdvertisedIPAddress, ports.GatewayPort));
    }

    private static void Check(string name, IPEndPoint endpoint)
    {
        if (!IPAddress.IsLoopback(endpoint.Address))
            throw new OrleansConfigurationException(
                $"Orleans:Endpoints: {name} = '{endpoint}' is open to other machines, and Orleans' ports authenticate nobody. "
                + $"Set Orleans:Endpoints:AdvertisedIPAddress to 127.0.0.1, or {IpfsKitOptions.SectionName}:Cluster:TrustedNetwork to true if only silos and clients of this cluster reach that network.");
    }
}
