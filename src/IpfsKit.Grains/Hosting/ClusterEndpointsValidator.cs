using System.Net;
using IpfsKit.Connections.Tls;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace IpfsKit.Grains.Hosting;

/// <summary>Refuses to open Orleans' ports, which by themselves authenticate nobody, to other machines without TLS, unless somebody said that the network is private.</summary>
internal sealed class ClusterEndpointsValidator(IOptions<EndpointOptions> endpoints, IOptions<IpfsKitOptions> options, ClusterTls tls) : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        if (options.Value.Cluster.TrustedNetwork || tls.IsEnabled)
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
                + $"Set Orleans:Endpoints:AdvertisedIPAddress to 127.0.0.1, or {ClusterTlsOptions.SectionName}:{nameof(ClusterTlsOptions.CertificatePath)} to the certificate of the cluster, or {IpfsKitOptions.SectionName}:Cluster:TrustedNetwork to true if only silos and clients of this cluster reach that network.");
    }
}
