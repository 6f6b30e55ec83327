using System.Net;
using Microsoft.Extensions.Configuration;
using Orleans.Configuration;

namespace IpfsKit.Grains.Hosting;

/// <summary>A cluster of one on this machine, for a silo that nobody configured: its ports.</summary>
/// <remarks>
/// Ports that are configured are left alone. Others are those that Orleans clients try by themselves, moved by the slot's number; where one is in use, another. They stay claimed while
/// the silo lives, so that two silos that start together do not choose the same.
/// </remarks>
internal sealed class EmbeddedCluster(NodeSlot slot, IConfiguration configuration) : IDisposable
{
    private readonly List<PortClaim> _claims = [];

    /// <summary>Sets the endpoints of the silo.</summary>
    public void Configure(EndpointOptions options)
    {
        var configured = configuration.GetSection("Orleans:Endpoints");
        if (configured[nameof(options.AdvertisedIPAddress)] is null)
            options.AdvertisedIPAddress = IPAddress.Loopback;
        if (configured[nameof(options.SiloPort)] is null)
            options.SiloPort = Claim(EndpointOptions.DEFAULT_SILO_PORT + slot.Number);
        if (configured[nameof(options.GatewayPort)] is null)
            options.GatewayPort = Claim(EndpointOptions.DEFAULT_GATEWAY_PORT + slot.Number);
    }

    /// <inheritdoc/>
    public void Dispose() => _claims.ForEach(claim => claim.Dispose());

    private int Claim(int wanted)
    {
        var claim = PortClaim.Acquire(wanted);
        _claims.Add(claim);
        return claim.Port;
    }
}
