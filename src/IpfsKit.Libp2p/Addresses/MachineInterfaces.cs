using System.Net;
using System.Net.NetworkInformation;

namespace IpfsKit.Libp2p.Addresses;

/// <summary>What the operating system says.</summary>
internal sealed class MachineInterfaces : INetworkInterfaces
{
    /// <inheritdoc/>
    public IReadOnlyList<IPAddress> GetAddresses()
    {
        try
        {
            return
            [
                .. from network in NetworkInterface.GetAllNetworkInterfaces()
                   where network.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
                   from item in network.GetIPProperties().UnicastAddresses
                   where !item.Address.IsIPv6LinkLocal && !item.Address.IsIPv6Multicast
                   select item.Address,
            ];
        }
        catch (NetworkInformationException)
        {
            // A sandbox that hides its interfaces: at least the machine itself can reach it.
            return [IPAddress.Loopback, IPAddress.IPv6Loopback];
        }
    }
}
